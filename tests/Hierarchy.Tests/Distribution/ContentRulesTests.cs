using System.Collections.Immutable;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;
using UpdateType = Hierarchy.Domain.Catalog.UpdateType;

namespace Hierarchy.Tests.Distribution;

/// <summary>Whose word counts for a file, and in which order files come.</summary>
public sealed class ContentRulesTests
{
    private static readonly Guid Family = new(1, 0, 0, new byte[8]);
    private static readonly Guid Product = new(2, 0, 0, new byte[8]);
    private static readonly Guid Classification = new(3, 0, 0, new byte[8]);
    private static readonly Guid Server = new(9, 0, 0, new byte[8]);

    [Theory]
    // tree, server, started, tree's category, server's category; what holds
    [InlineData(null, null, FetchPolicy.OnDemand, null, null, FetchPolicy.OnDemand)]
    [InlineData(FetchPolicy.Never, null, FetchPolicy.Ahead, null, null, FetchPolicy.Never)]
    [InlineData(FetchPolicy.Never, FetchPolicy.Ahead, FetchPolicy.OnDemand, null, null, FetchPolicy.Ahead)]
    [InlineData(FetchPolicy.Ahead, FetchPolicy.Ahead, FetchPolicy.Ahead, FetchPolicy.Never, null, FetchPolicy.Never)]
    [InlineData(FetchPolicy.Ahead, FetchPolicy.Ahead, FetchPolicy.Ahead, FetchPolicy.Never, FetchPolicy.OnDemand, FetchPolicy.OnDemand)]
    public void PolicyOf_NearerAndMoreParticularWord_Counts(FetchPolicy? tree, FetchPolicy? server, FetchPolicy started, FetchPolicy? treeCategory, FetchPolicy? serverCategory, FetchPolicy expected)
    {
        var view = View(
            new ViewRecord.ContentDecided(10, null, Settings(tree, treeCategory)), new ViewRecord.ContentDecided(11, Server, Settings(server, serverCategory)));
        var rules = ContentRules.Of(view, Server, started);
        Assert.Equal(expected, rules.PolicyOf(view.Updates[Update(1)].Latest!, CategoryTree.Of(view)));

        static ContentSettings Settings(FetchPolicy? fetch, FetchPolicy? category) => new()
        {
            Fetch = fetch,
            Categories = category is { } policy ? ContentSettings.None.Categories.Add(Product, policy) : ContentSettings.None.Categories,
        };
    }

    [Fact]
    public void PolicyOf_ProductBelowAFamily_NearestWordAndOfTwoWaysTheOneThatFetchesLess()
    {
        var view = View();
        var categories = CategoryTree.Of(view);
        var update = view.Updates[Update(1)].Latest!;
        Assert.Equal(FetchPolicy.Never, Rules((Family, FetchPolicy.Never)).PolicyOf(update, categories));
        Assert.Equal(FetchPolicy.Ahead, Rules((Family, FetchPolicy.Never), (Product, FetchPolicy.Ahead)).PolicyOf(update, categories));
        Assert.Equal(FetchPolicy.OnDemand, Rules((Product, FetchPolicy.Ahead), (Classification, FetchPolicy.OnDemand)).PolicyOf(update, categories));
        Assert.Equal(FetchPolicy.OnDemand, Rules((Guid.NewGuid(), FetchPolicy.Never)).PolicyOf(update, categories));

        static ContentRules Rules(params (Guid, FetchPolicy)[] said) => new() { Default = FetchPolicy.OnDemand, TreeCategories = said.ToImmutableDictionary(pair => pair.Item1, pair => pair.Item2) };
    }

    [Fact]
    public void WantedFiles_InOrder_DeadlineThenWhatWasDecidedFirst()
    {
        var soon = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var view = View(
            Approve(20, 1, null), Approve(21, 2, soon.AddDays(1)), Approve(22, 3, null), Approve(23, 4, soon), Approve(24, 4, soon.AddDays(9)));
        var rules = new ContentRules { Default = FetchPolicy.Ahead };
        var wanted = view.Updates.Values.SelectMany(update => WantedFiles.Of(view, update, rules, CategoryTree.None)).ToList();
        wanted.Sort(WantedFiles.Compare);
        Assert.Equal(["4.cab", "2.cab", "1.cab", "3.cab"], wanted.Select(file => file.File.Name));
        Assert.Equal(soon, wanted[0].Deadline);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void WantedFiles_ExpressFiles_OnlyWhereTheyAreOn(bool express, int files)
    {
        var view = View(Approve(20, 5, null));
        Assert.Equal(files, WantedFiles.Of(view, view.Updates[Update(5)], new ContentRules { Default = FetchPolicy.Ahead, Express = express }, CategoryTree.None).Count());
    }

    [Fact]
    public void Records_ThereAndBack_AreTheSameAndNothingDecidedIsNoRecord()
    {
        var settings = new ContentSettings
        {
            Fetch = FetchPolicy.OnDemand,
            Categories = ContentSettings.None.Categories.Add(Product, FetchPolicy.Never).Add(Family, FetchPolicy.Ahead),
            Express = true,
            Keep = TimeSpan.FromDays(7),
            SizeLimit = 0,
            ClosedForClients = false,
        };
        foreach (var id in new Guid?[] { null, Server })
        {
            var change = ContentRecords.Settings(id, settings);
            var read = Assert.IsType<ViewRecord.ContentDecided>(CatalogRecords.Read(new ChangeRecord(5, change.Kind, change.Key, change.Payload)));
            Assert.Equal((id, settings), (read.ServerId, read.State));
        }

        Assert.Null(ContentRecords.Settings(Server, ContentSettings.None).Payload);
        Assert.Null(Assert.IsType<ViewRecord.ContentDecided>(CatalogRecords.Read(new ChangeRecord(5, (int)RecordKind.ContentSettings, Array.Empty<byte>(), null))).State);
    }

    private static Guid Update(int number) => new(100 + number, 0, 0, new byte[8]);

    private static ViewRecord.Approved Approve(long sequence, int number, DateTimeOffset? deadline) =>
        new(sequence, new Approval(Update(number), new Guid((int)sequence, 1, 1, new byte[8]), 1, ApprovalAction.Install, deadline));

    private static ServedView View(params ViewRecord[] records)
    {
        var builder = new ServedViewBuilder();
        builder.Apply(new ViewRecord.Revision(Entry(Family, 1, "ProductFamily")));
        builder.Apply(new ViewRecord.Revision(Entry(Product, 2, "Product", Family)));
        builder.Apply(new ViewRecord.Revision(Entry(Classification, 3, "UpdateClassification")));
        for (var i = 1; i <= 5; i++) builder.Apply(new ViewRecord.Revision(Entry(Update(i), 3 + i, null, Product, Classification) with { Files = FilesOf(i) }));
        foreach (var record in records) builder.Apply(record);
        return builder.Build(LogHead.Empty);
    }

    private static CatalogFile[] FilesOf(int number)
    {
        var file = new CatalogFile($"{number}.cab", 1, Enumerable.Repeat((byte)number, 20).ToArray(), new byte[32], null);
        return number == 5 ? [file, file with { Name = "5.psf", Sha1 = Enumerable.Repeat((byte)55, 20).ToArray(), IsExpress = true }] : [file];
    }

    private static CatalogEntry Entry(Guid id, int number, string? type, params Guid[] categories) => new()
    {
        RevisionId = number,
        Id = new RevisionId(id, 1),
        Sequence = number,
        Type = type is null ? UpdateType.Software : UpdateType.Category,
        CategoryType = type,
        Title = $"update {number}",
        DocumentDigest = new byte[32],
        Categories = categories,
    };
}
