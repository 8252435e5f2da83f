using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Choosing what a root takes from its upstream, at whole servers.</summary>
public sealed class SyncSelectionTests
{
    private const string Windows = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Root_Fresh_TakesWhatWsusTakesAndTellsTheTree()
    {
        await using var upstream = await UpstreamAsync();
        await using var root = await RunningServer.RootAsync(upstream: upstream.Url.AbsoluteUri);
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var before = await GetAsync(root);
        Assert.True(before.IsDefault);
        Assert.False(before.HasCategories);

        await SyncAsync(root);

        await replica.EqualsAsync(root);
        var selection = await GetAsync(replica);
        Assert.False(selection.IsDefault);
        Assert.Equal(["Office", "Windows"], selection.Products.Where(product => product.Chosen).Select(product => product.Title).Order());
        Assert.True(selection.Products.Single(product => product.Title == "Windows 11").Taken);
        Assert.Equal(["Critical Updates", "Definition Updates", "Security Updates"], selection.Classifications.Where(classification => classification.Taken).Select(classification => classification.Title).Order());
        Assert.Contains("en", selection.Selection.Languages);
        Assert.Equal(root.Views.View.Selection, replica.Views.View.Selection);
    }

    [Fact]
    public async Task Root_MoreChosen_TakesMoreAndKeepsWhatIsThereWhenLessIs()
    {
        await using var upstream = await UpstreamAsync();
        await using var root = await RunningServer.RootAsync(upstream: upstream.Url.AbsoluteUri);
        await SyncAsync(root, categoriesOnly: true);
        await ChangeAsync(root, SelectionPart.Products, SelectionChange.Set, "Office");
        await ChangeAsync(root, SelectionPart.Classifications, SelectionChange.Set, "security", "Critical Updates");
        await SyncAsync(root);
        var few = Updates(root);

        var added = await ChangeAsync(root, SelectionPart.Products, SelectionChange.Add, Windows);
        await SyncAsync(root);
        var more = Updates(root);
        await ChangeAsync(root, SelectionPart.Products, SelectionChange.Set, "Office 2016");
        var run = await SyncAsync(root);

        Assert.Equal(["Windows"], added.Named);
        Assert.True(more > few, $"{few} updates before, {more} after");
        Assert.Equal((0, more), (run.NewUpdates, Updates(root)));
    }

    [Fact]
    public async Task Root_NewProductOfAChosenFamily_IsTaken()
    {
        await using var upstream = await UpstreamAsync(generate: 0);
        await using var root = await RunningServer.RootAsync(upstream: upstream.Url.AbsoluteUri);
        await SyncAsync(root);
        var product = Guid.NewGuid();
        upstream.Library.Publish(CategoryDocuments.Product(product, "Windows 13", new Guid(Windows)));

        await SyncAsync(root);

        Assert.True((await GetAsync(root)).Products.Single(offered => offered.Title == "Windows 13").Taken);
    }

    [Theory]
    [InlineData(SelectionPart.Products, SelectionChange.Add, "No Such Product", StatusCode.NotFound, "sync products list")]
    [InlineData(SelectionPart.Products, SelectionChange.Add, "00000000-0000-0000-0000-000000000001", StatusCode.NotFound, "sync products list")]
    [InlineData(SelectionPart.Products, SelectionChange.Add, "indows", StatusCode.InvalidArgument, "Windows 11")]
    [InlineData(SelectionPart.Products, SelectionChange.Remove, "Windows 11", StatusCode.FailedPrecondition, "Windows")]
    [InlineData(SelectionPart.Classifications, SelectionChange.Set, "Windows", StatusCode.NotFound, "sync classifications list")]
    [InlineData(SelectionPart.Languages, SelectionChange.Remove, "English", StatusCode.FailedPrecondition, "English")]
    [InlineData(SelectionPart.Languages, SelectionChange.Add, "tlh", StatusCode.NotFound, "sync languages list")]
    public async Task Root_NameThatIsNone_IsRefusedAndNothingChanges(SelectionPart part, SelectionChange change, string name, StatusCode code, string hint)
    {
        await using var upstream = await UpstreamAsync(generate: 0);
        await using var root = await RunningServer.RootAsync(upstream: upstream.Url.AbsoluteUri);
        await SyncAsync(root);
        var head = root.Log.Head.Position;

        var refused = await Assert.ThrowsAsync<RpcException>(() => ChangeAsync(root, part, change, name));

        Assert.Equal(code, refused.StatusCode);
        Assert.Contains(hint, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(head, root.Log.Head.Position);
    }

    [Fact]
    public async Task Root_BeforeTheFirstSync_SaysHowToLearnWhatIsOffered()
    {
        await using var root = await RunningServer.RootAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(() => ChangeAsync(root, SelectionPart.Products, SelectionChange.Add, "Windows"));
        var language = await ChangeAsync(root, SelectionPart.Languages, SelectionChange.Add, "German");
        var again = await ChangeAsync(root, SelectionPart.Languages, SelectionChange.Add, "de");

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("sync run --categories-only", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("de", language.Selection.Selection.Languages);
        Assert.False(again.Changed);
    }

    [Fact]
    public async Task Replica_AskedToChoose_RefusesAndNamesTheRoot()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the replica to know the root", () => replica.Views.View.Servers.Count > 0);

        var refused = await Assert.ThrowsAsync<RpcException>(() => ChangeAsync(replica, SelectionPart.Products, SelectionChange.Add, "Windows"));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains(root.GrpcUrl, refused.Status.Detail, StringComparison.Ordinal);
    }

    private static int Updates(RunningServer server) => server.Views.View.Updates.Values.Count(update => update.Latest?.Type is Domain.Catalog.UpdateType.Software or Domain.Catalog.UpdateType.Driver);

    private static async Task<GetSyncSelectionResponse> GetAsync(RunningServer server) => await server.Admin.GetSyncSelectionAsync(new GetSyncSelectionRequest(), cancellationToken: Token);

    private static async Task<ChangeSyncSelectionResponse> ChangeAsync(RunningServer server, SelectionPart part, SelectionChange change, params string[] names) =>
        await server.Admin.ChangeSyncSelectionAsync(new ChangeSyncSelectionRequest { Part = part, Change = change, Names = { names } }, cancellationToken: Token);

    private static async Task<SyncRun> SyncAsync(RunningServer server, bool categoriesOnly = false)
    {
        using var call = server.Admin.RunSync(new RunSyncRequest { CategoriesOnly = categoriesOnly }, cancellationToken: Token);
        var run = (await call.ResponseStream.ReadAllAsync(Token).LastAsync(Token)).Finished;
        Assert.Equal("", run.Error);
        return run;
    }

    private static Task<MicrosoftUpdateServer> UpstreamAsync(int generate = 200) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1, Generate = generate }, Token), new MicrosoftUpdateOptions(), Token);
}
