using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Which files a server fetches ahead: those of the chosen languages, where the document says that its files are for some.</summary>
public sealed class WantedFilesTests
{
    private static readonly Guid Update = Guid.NewGuid();

    [Theory]
    [InlineData("", true)]
    [InlineData("de", true)]
    [InlineData("fr", false)]
    [InlineData("fr,de", true)]
    public void FilesWanted_ByLanguage_OnlyChosenOnesAndThoseForAll(string languages, bool isWanted)
    {
        var builder = new ServedViewBuilder();
        builder.Apply(new ViewRecord.Revision(Entry(languages)));
        builder.Apply(new ViewRecord.Approved(2, new Approval(Update, Guid.NewGuid(), 1, ApprovalAction.Install, Deadline: null)));
        builder.Apply(new ViewRecord.Selection(3, SyncSelection.DefaultFor("de-DE")));
        var view = builder.Build(LogHead.Empty);

        Assert.Equal(isWanted, WantedFiles.Of(view, view.Updates[Update], new ContentRules { Default = FetchPolicy.Ahead }, CategoryTree.None).Any());
    }

    [Fact]
    public void Files_OfSeveralUpdates_AreForTheLanguagesOfAll()
    {
        var builder = new ServedViewBuilder();
        builder.Apply(new ViewRecord.Revision(Entry("fr")));
        builder.Apply(new ViewRecord.Revision(Entry("de") with { Id = new RevisionId(Guid.NewGuid(), 1), RevisionId = 2 }));
        Assert.Equal(["de", "fr"], Assert.Single(builder.Build(LogHead.Empty).Files).Value.Languages.Order());

        builder.Apply(new ViewRecord.Revision(Entry("") with { Id = new RevisionId(Guid.NewGuid(), 1), RevisionId = 3 }));
        Assert.Empty(Assert.Single(builder.Build(LogHead.Empty).Files).Value.Languages);
    }

    private static CatalogEntry Entry(string languages) => new()
    {
        RevisionId = 1,
        Id = new RevisionId(Update, 1),
        Sequence = 1,
        Type = UpdateType.Software,
        Title = "An update",
        DocumentDigest = new byte[32],
        Files = [new CatalogFile("a.cab", 1, new byte[20], new byte[32], null) { Languages = languages.Split(',', StringSplitOptions.RemoveEmptyEntries) }],
    };
}
