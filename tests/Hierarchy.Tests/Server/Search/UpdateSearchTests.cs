using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using ApprovalAction = Hierarchy.Protocol.Catalog.V1.ApprovalAction;
using UpdateType = Hierarchy.Protocol.Catalog.V1.UpdateType;

namespace Hierarchy.Tests.Server.Search;

/// <summary>Finding updates, at a whole server.</summary>
public sealed class UpdateSearchTests
{
    private static readonly Guid Company = new("00000000-0000-0000-0000-0000000000c1");
    private static readonly Guid Family = new("00000000-0000-0000-0000-0000000000f1");
    private static readonly Guid Product = new("00000000-0000-0000-0000-0000000000d1");
    private static readonly Guid Other = new("00000000-0000-0000-0000-0000000000d2");
    private static readonly Guid Security = new("00000000-0000-0000-0000-0000000000a1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_ByEveryCondition_FindsWhatFits()
    {
        await using var root = await FilledAsync();

        await FindsAsync("Alpha, Beta, Gamma", new ListUpdatesRequest());
        await FindsAsync("Alpha", new ListUpdatesRequest { Text = "ALPH" });
        await FindsAsync("Alpha", new ListUpdatesRequest { Text = "kb1001" });
        await FindsAsync("Beta", new ListUpdatesRequest { Text = "ms17-010" });
        await FindsAsync("Beta", new ListUpdatesRequest { Text = "CVE-2017-0144" });
        await FindsAsync("Alpha", new ListUpdatesRequest { KnowledgeBase = "KB1001" });
        await FindsAsync("", new ListUpdatesRequest { KnowledgeBase = "100" });
        await FindsAsync("Beta", new ListUpdatesRequest { SecurityBulletin = "MS17-010" });
        await FindsAsync("Beta", new ListUpdatesRequest { Cve = "cve-2017-0144" });
        await FindsAsync("Alpha, Beta", new ListUpdatesRequest { Products = { "The family" } });
        await FindsAsync("Alpha, Beta", new ListUpdatesRequest { Products = { "The company" } });
        await FindsAsync("Gamma", new ListUpdatesRequest { Products = { Other.ToString() } });
        await FindsAsync("Alpha, Beta, Gamma", new ListUpdatesRequest { Products = { "other", "the product" } });
        await FindsAsync("Beta", new ListUpdatesRequest { Classifications = { "security updates" } });
        await FindsAsync("Beta", new ListUpdatesRequest { Severities = { "critical" } });
        await FindsAsync("Alpha, Gamma", new ListUpdatesRequest { Severities = { "none", "low" } });
        await FindsAsync("Alpha, Beta, Gamma, Other, Security updates, The company, The family, The product", new ListUpdatesRequest { IncludeAll = true });
        await FindsAsync("Other, Security updates, The company, The family, The product", new ListUpdatesRequest { UpdateTypes = { UpdateType.Category }, IncludeAll = true });
        await FindsAsync("", new ListUpdatesRequest { UpdateTypes = { UpdateType.Driver } });
        await FindsAsync("Alpha", new ListUpdatesRequest { Supersedence = { SupersedenceState.Superseded } });
        await FindsAsync("Gamma", new ListUpdatesRequest { Supersedence = { SupersedenceState.Supersedes, SupersedenceState.Both } });
        await FindsAsync("Beta, Gamma", new ListUpdatesRequest { ArrivedSince = At(2) });
        await FindsAsync("Alpha, Beta", new ListUpdatesRequest { ArrivedUntil = At(3) });
        await FindsAsync("Gamma, Beta, Alpha", new ListUpdatesRequest { Order = UpdateOrder.Arrival });

        async Task FindsAsync(string titles, ListUpdatesRequest request) => Assert.Equal(titles, await TitlesAsync(root, request));
    }

    [Fact]
    public async Task List_ByStanding_CountsWhatGroupsInherit()
    {
        await using var root = await FilledAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Berlin", Parent = "Pilot" }, cancellationToken: Token);
        await ApproveAsync("Alpha", "Pilot", ApprovalAction.Install);
        await ApproveAsync("Alpha", "Berlin", ApprovalAction.NotApproved);
        await root.Admin.DeclineAsync(new DeclineRequest { Update = await IdAsync("Beta") }, cancellationToken: Token);

        await StandsAsync("Alpha", UpdateStanding.Approved);
        await StandsAsync("Gamma", UpdateStanding.NotApproved);
        await StandsAsync("Beta", UpdateStanding.Declined);
        await StandsAsync("", UpdateStanding.Uninstall);
        await StandsAsync("Alpha", UpdateStanding.Install, "pilot");
        await StandsAsync("", UpdateStanding.Install, "Berlin");
        await StandsAsync("", UpdateStanding.Install, "All Computers");
        await StandsAsync("Alpha, Gamma", UpdateStanding.NotApproved, "Berlin");
        await StandsAsync("Alpha", UpdateStanding.Unspecified, "Berlin");
        Assert.Equal("Alpha", await TitlesAsync(root, new ListUpdatesRequest { ApprovedOnly = true }));
        // What is decided meanwhile is found at once.
        await ApproveAsync("Gamma", "All Computers", ApprovalAction.OptionalInstall);
        await StandsAsync("Gamma", UpdateStanding.OptionalInstall, "Berlin");
        await StandsAsync("Alpha, Gamma", UpdateStanding.Approved);

        async Task StandsAsync(string titles, UpdateStanding standing, string group = "") => Assert.Equal(titles, await TitlesAsync(root, new ListUpdatesRequest { Standing = standing, Group = group }));

        async Task ApproveAsync(string title, string group, ApprovalAction action) =>
            await root.Admin.ApproveAsync(new ApproveRequest { Update = await IdAsync(title), Group = group, Action = action }, cancellationToken: Token);

        async Task<string> IdAsync(string title) => (await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { Text = title }, cancellationToken: Token)).Updates.Single() is var found
            ? new Guid(found.Head.UpdateId.Span, bigEndian: true).ToString() : "";
    }

    [Fact]
    public async Task List_ByWhatComputersReport_FindsAndOrdersByHowManyNeedIt()
    {
        await using var root = await FilledAsync();
        var ids = (await root.Admin.ListUpdatesAsync(new ListUpdatesRequest(), cancellationToken: Token)).Updates.ToDictionary(update => update.Head.Title, update => Positions.Id(update.Head.UpdateId, "update"));
        await ReportAsync("pc-1", ("Beta", UpdateState.NotInstalled), ("Gamma", UpdateState.NotInstalled), ("Alpha", UpdateState.Installed));
        await ReportAsync("pc-2", ("Gamma", UpdateState.Downloaded), ("Beta", UpdateState.Failed));

        Assert.Equal("Beta, Gamma", await TitlesAsync(root, new ListUpdatesRequest { States = { UpdateState.NotInstalled, UpdateState.Downloaded } }));
        Assert.Equal("Beta", await TitlesAsync(root, new ListUpdatesRequest { States = { UpdateState.Failed } }));
        Assert.Equal("Gamma, Beta, Alpha", await TitlesAsync(root, new ListUpdatesRequest { Order = UpdateOrder.Needed }));
        var page = await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { Order = UpdateOrder.Needed, PageSize = 1 }, cancellationToken: Token);
        Assert.Equal(1, page.Updates.Single().States[(int)UpdateState.NotInstalled]);
        var rest = await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { Order = UpdateOrder.Needed, PageToken = page.NextPageToken }, cancellationToken: Token);
        Assert.Equal(["Beta", "Alpha"], rest.Updates.Select(update => update.Head.Title));
        // What is reported meanwhile counts at once.
        await ReportAsync("pc-3", ("Alpha", UpdateState.Failed));
        Assert.Equal("Alpha, Beta", await TitlesAsync(root, new ListUpdatesRequest { States = { UpdateState.Failed } }));

        async Task ReportAsync(string computer, params (string Title, UpdateState State)[] states) =>
            await root.Get<Hierarchy.Domain.Reports.IReportStore>().MergeAsync(
                [new Hierarchy.Domain.Reports.ComputerReport { ComputerId = computer, Incarnation = 1, Counter = 1, Name = computer, ReportedAt = DateTimeOffset.UnixEpoch }],
                [.. states.Select(each => new Hierarchy.Domain.Reports.StatusReport(computer, 1, 1, ids[each.Title], 100, (Hierarchy.Domain.Reports.UpdateState)(int)each.State, 0, DateTimeOffset.UnixEpoch))],
                child: null, Token);
    }

    [Theory]
    [InlineData(UpdateOrder.Unspecified)]
    [InlineData(UpdateOrder.Arrival)]
    public async Task List_Pages_StayGoodWhileUpdatesComeGoAndChange(UpdateOrder order)
    {
        await using var root = await RunningServer.RootAsync();
        for (var i = 0; i < 9; i++) await AddAsync(root, $"Update {i}", arrival: i);
        var all = (await TitlesAsync(root, new ListUpdatesRequest { Order = order })).Split(", ");
        var request = new ListUpdatesRequest { Order = order, PageSize = 3 };
        var first = await root.Admin.ListUpdatesAsync(request, cancellationToken: Token);
        Assert.Equal((9, all[..3].Length), (first.Total, first.Updates.Count));

        await AddAsync(root, "Update -", arrival: order == UpdateOrder.Arrival ? 100 : 0); // It stands before all of them.
        await root.Admin.DeclineAsync(new DeclineRequest { Update = Positions.Id(first.Updates[0].Head.UpdateId, "update").ToString() }, cancellationToken: Token);
        var last = Positions.Id(first.Updates[2].Head.UpdateId, "update");
        await root.Get<IAuthorityLog>().CommitAsync([new Change((int)Hierarchy.Protocol.Catalog.V1.RecordKind.Revision, new RevisionId(last, 100).ToKey(), null)], Token);
        await root.Views.WaitForAsync(root.Log.Head.Position.Sequence, Token);

        List<string> rest = [];
        for (request.PageToken = first.NextPageToken; request.PageToken.Length > 0;)
        {
            var page = await root.Admin.ListUpdatesAsync(request, cancellationToken: Token);
            rest.AddRange(page.Updates.Select(update => update.Head.Title));
            request.PageToken = page.NextPageToken;
            Assert.Equal(9, page.Total);
        }

        Assert.Equal(all[3..], rest);
    }

    [Fact]
    public async Task List_OfADifferentView_IsThatOfTheSameViewMadeAnew()
    {
        await using var root = await RunningServer.RootAsync();
        var random = new Random(7);
        List<Guid> ids = [];
        for (var round = 0; round < 60; round++)
        {
            if (ids.Count < 10 || random.Next(3) == 0) ids.Add(await AddAsync(root, $"Title {random.Next(100)}", arrival: random.Next(5)));
            else await AddAsync(root, $"Title {random.Next(100)}", arrival: random.Next(5), id: ids[random.Next(ids.Count)], revision: 200 + round);
            if (round % 3 > 0) continue;
            foreach (var order in new[] { UpdateOrder.Unspecified, UpdateOrder.Arrival })
            {
                var listed = (await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { Order = order, PageSize = 1000 }, cancellationToken: Token)).Updates.Select(update => Positions.Id(update.Head.UpdateId, "update"));
                var index = Hierarchy.Domain.Search.UpdateIndex.Of(root.Views.View);
                Assert.Equal((order == UpdateOrder.Arrival ? index.ByArrival : index.ByTitle).Select(update => update.Update.UpdateId), listed);
            }
        }
    }

    [Fact]
    public async Task List_Nonsense_IsRefusedInOneSentence()
    {
        await using var root = await FilledAsync();
        var byTitle = (await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { PageSize = 1 }, cancellationToken: Token)).NextPageToken;
        (ListUpdatesRequest Request, StatusCode Code)[] all =
        [
            (new ListUpdatesRequest { Products = { "nobody's" } }, StatusCode.NotFound),
            (new ListUpdatesRequest { Products = { "the" } }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { Group = "Nobody" }, StatusCode.NotFound),
            (new ListUpdatesRequest { PageToken = "&&&" }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { PageToken = "AAAA" }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { PageToken = byTitle, Order = UpdateOrder.Arrival }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { PageSize = 1001 }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { Order = (UpdateOrder)9 }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { Standing = (UpdateStanding)99 }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { States = { UpdateState.Unspecified } }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { Supersedence = { SupersedenceState.Unspecified } }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { ArrivedSince = At(3), ArrivedUntil = At(3) }, StatusCode.InvalidArgument),
            (new ListUpdatesRequest { Text = new string('x', 300) }, StatusCode.InvalidArgument),
        ];
        foreach (var (request, code) in all)
            Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(async () => await root.Admin.ListUpdatesAsync(request, cancellationToken: Token))).StatusCode);
    }

    private static async Task<RunningServer> FilledAsync()
    {
        var root = await RunningServer.RootAsync();
        await AddCategoryAsync(root, Company, "The company", "Company", parent: null);
        await AddCategoryAsync(root, Family, "The family", "ProductFamily", Company);
        await AddCategoryAsync(root, Product, "The product", "Product", Family);
        await AddCategoryAsync(root, Other, "Other", "Product", parent: null);
        await AddCategoryAsync(root, Security, "Security updates", "UpdateClassification", parent: null);
        var alpha = await AddAsync(root, "Alpha", 1, properties: "<upd:KBArticleID>1001</upd:KBArticleID>", categories: [Product]);
        await AddAsync(root, "Beta", 2, "MsrcSeverity=\"Critical\"", "<upd:SecurityBulletinID>MS17-010</upd:SecurityBulletinID><upd:CveID>CVE-2017-0144</upd:CveID>", [Product, Security]);
        await AddAsync(root, "Gamma", 3, categories: [Other], supersedes: alpha);
        return root;
    }

    private static async Task<string> TitlesAsync(RunningServer root, ListUpdatesRequest request)
    {
        var found = await root.Admin.ListUpdatesAsync(request, cancellationToken: Token);
        Assert.Equal(found.Total, found.Updates.Count);
        return string.Join(", ", found.Updates.Select(update => update.Head.Title));
    }

    private static Timestamp At(int day) => Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddDays(day));

    private static Task<Guid> AddCategoryAsync(RunningServer root, Guid id, string title, string type, Guid? parent) =>
        StoreAsync(root, id, 100, 0, "UpdateType=\"Category\"", "", title, parent is { } above ? Relationships([above], null) : "", $"""<upd:HandlerSpecificData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="cat:Category"><cat:CategoryInformation CategoryType="{type}" /></upd:HandlerSpecificData>""");

    private static Task<Guid> AddAsync(
        RunningServer root, string title, int arrival, string attributes = "", string properties = "", Guid[]? categories = null, Guid? supersedes = null, Guid? id = null, int revision = 100) =>
        StoreAsync(root, id ?? Guid.NewGuid(), revision, arrival, $"UpdateType=\"Software\" ExplicitlyDeployable=\"true\" {attributes}", properties, title, Relationships(categories ?? [], supersedes), "");

    private static string Relationships(Guid[] categories, Guid? supersedes) =>
        $"""
        <upd:Relationships>{(supersedes is { } other ? $"<upd:SupersededUpdates><upd:UpdateIdentity UpdateID=\"{other}\" /></upd:SupersededUpdates>" : "")}
        <upd:Prerequisites>{string.Concat(categories.Select(category => $"<upd:AtLeastOne IsCategory=\"true\"><upd:UpdateIdentity UpdateID=\"{category}\" /></upd:AtLeastOne>"))}</upd:Prerequisites></upd:Relationships>
        """;

    private static async Task<Guid> StoreAsync(RunningServer root, Guid id, int revision, int arrival, string attributes, string properties, string title, string relationships, string handler)
    {
        var xml =
            $"""
            <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update" xmlns:cat="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category"><upd:UpdateIdentity UpdateID="{id}" RevisionNumber="{revision.ToString(CultureInfo.InvariantCulture)}" />
            <upd:Properties DefaultPropertiesLanguage="en" PublicationState="Published" CreationDate="2026-10-04T12:00:58.287Z" {attributes}>{properties}</upd:Properties>
            <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>{title}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>
            {relationships}{handler}
            </upd:Update>
            """;
        var log = root.Get<IAuthorityLog>();
        var number = await log.ReserveRevisionNumbersAsync(1, Token);
        var payload = RevisionRecords.Encode(UpdateDocument.Read(xml), xml, number, _ => null, DateTimeOffset.UnixEpoch.AddDays(arrival));
        var committed = await log.CommitAsync([CatalogRecords.Revision(new RevisionId(id, revision), payload)], Token);
        await root.Views.WaitForAsync(committed.Head.Position.Sequence, Token);
        return id;
    }
}
