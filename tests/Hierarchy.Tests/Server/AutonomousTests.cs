using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>A server that decides for itself, and what stands below it, over real sockets and files.</summary>
public sealed class AutonomousTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Autonomous_TakesTheCatalogAndDecidesItself()
    {
        await using var root = await RunningServer.RootAsync();
        var (theirs, ours) = (await root.AddUpdateAsync(title: "Approved at the root"), await root.AddUpdateAsync(title: "Approved in the lab"));
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await ApproveAsync(root, theirs);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await EnrolledAsync(root, 2);
        await lab.EqualsAsync(root);

        await ApproveAsync(lab, ours);
        await lab.Admin.DeclineAsync(new DeclineRequest { Update = theirs.UpdateId.ToString() }, cancellationToken: Token);
        var (here, there) = (new ClientOf("c"), new ClientOf("c"));
        await here.SyncAsync(lab);
        await there.SyncAsync(root);

        Assert.Equal(new Dictionary<RevisionId, DecisionAction> { [ours] = DecisionAction.Install }, here.Decisions);
        Assert.Equal(new Dictionary<RevisionId, DecisionAction> { [theirs] = DecisionAction.Install, [ours] = DecisionAction.Evaluate }, there.Decisions);
        Assert.DoesNotContain((await lab.Admin.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token)).Groups, group => group.Record.Name == "Pilot");
        Assert.Equal(2, lab.Views.View.Groups.Groups.Count); // Those that come with every server.
        await lab.EqualsAsync(root);
        Assert.Null(await root.Log.FindAsync((int)RecordKind.Decline, theirs.UpdateId.ToByteArray(bigEndian: true), Token));

        // What an administrator sees are the decisions of this server.
        var shown = await lab.Admin.GetUpdateAsync(new GetUpdateRequest { Update = ours.UpdateId.ToString() }, cancellationToken: Token);
        Assert.Equal("All Computers", Assert.Single(shown.Update.Approvals).Group);
        Assert.True((await lab.Admin.GetUpdateAsync(new GetUpdateRequest { Update = theirs.UpdateId.ToString() }, cancellationToken: Token)).Update.Declined);

        // A new update comes down and is decided about here.
        var live = await root.AddUpdateAsync(title: "Live");
        await ApproveAsync(root, live);
        await lab.EqualsAsync(root);
        await here.SyncAsync(lab);
        Assert.False(here.WasFull);
        Assert.Equal(1, here.Told);
        Assert.Equal(DecisionAction.Evaluate, here.Decisions[live]);
    }

    [Fact]
    public async Task ServersBelow_CarryBothLogsAndServeWhatIsDecidedAbove()
    {
        await using var root = await RunningServer.RootAsync();
        var (theirs, ours) = (await root.AddUpdateAsync(), await root.AddUpdateAsync());
        await ApproveAsync(root, theirs);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench");
        await using var shelf = await RunningServer.ReplicaAsync(bench.GrpcUrl, "shelf");
        await EnrolledAsync(root, 4);
        await lab.EqualsAsync(root);

        await ApproveAsync(lab, ours);
        foreach (var server in new[] { bench, shelf })
        {
            await server.EqualsAsync(root);
            await server.EqualsInBothAsync(lab);
            var client = new ClientOf("c");
            await client.SyncAsync(server);
            Assert.Equal(new Dictionary<RevisionId, DecisionAction> { [theirs] = DecisionAction.Evaluate, [ours] = DecisionAction.Install }, client.Decisions);
        }

        // Live, on a stream that is open at the deepest server: what the root approves says nothing, what the lab approves comes.
        using var call = shelf.Client.Sync(new SyncRequest { ClientId = "c", Follow = true }, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token) && call.ResponseStream.Current.EventCase != SyncResponse.EventOneofCase.Completed) { }
        await ApproveAsync(root, ours);
        await ApproveAsync(lab, theirs);
        DecisionBatch batch;
        do
        {
            Assert.True(await call.ResponseStream.MoveNext(Token));
            batch = call.ResponseStream.Current.Decisions;
        }
        while (batch.Decisions.Count == 0);

        Assert.Equal(theirs.UpdateId, UpdateOf(batch));
        Assert.Equal(lab.Overlay.Head.Position.Sequence, batch.OverlayCheckpoint.Position.Sequence);
        await shelf.EqualsAsync(root);

        var asked = await Assert.ThrowsAsync<RpcException>(() => ApproveAsync(shelf, ours));
        Assert.Contains($"hierarchy --server {lab.GrpcUrl} (server lab)", asked.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Autonomous_BelowAnAutonomousOne_IgnoresThatOnesDecisionsToo()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench");
        await using var inner = await RunningServer.AutonomousAsync(bench.GrpcUrl, "inner");
        await using var leaf = await RunningServer.ReplicaAsync(inner.GrpcUrl, "leaf");
        await EnrolledAsync(root, 5);
        await ApproveAsync(lab, id);
        await inner.EqualsAsync(root);
        await bench.EqualsInBothAsync(lab);
        await leaf.EqualsInBothAsync(inner);

        var (above, below) = (new ClientOf("c"), new ClientOf("c"));
        await above.SyncAsync(bench);
        await below.SyncAsync(leaf);

        Assert.Equal(DecisionAction.Install, above.Decisions[id]);
        Assert.Equal(DecisionAction.Evaluate, below.Decisions[id]);
        Assert.NotEqual(lab.Overlay.Head.Position.Log, leaf.Overlay.Head.Position.Log);
    }

    [Fact]
    public async Task Autonomous_AskedForWhatIsTheRoots_RefusesAndNamesTheRoot()
    {
        await using var root = await RunningServer.RootAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await EnrolledAsync(root, 2);
        await lab.EqualsAsync(root);
        var before = lab.Overlay.Head.Position;
        Func<Task>[] asks =
        [
            async () => await lab.Admin.AddSiteAsync(new AddSiteRequest { Name = "branch", Subnets = { "10.0.0.0/8" } }, cancellationToken: Token),
            async () => await lab.Admin.RemoveSiteAsync(new RemoveSiteRequest { Name = "branch" }, cancellationToken: Token),
            async () => await lab.Admin.SetServerAsync(new SetServerRequest { Server = "lab", ContentSource = ContentSource.MicrosoftUpdate }, cancellationToken: Token),
            async () => await lab.Admin.ChangeSyncSelectionAsync(new ChangeSyncSelectionRequest { Part = SelectionPart.Languages, Change = SelectionChange.Set, All = true }, cancellationToken: Token),
            async () => await lab.Admin.SetSyncScheduleAsync(new SetSyncScheduleRequest { Schedule = new SyncSchedule { TimesADay = 1 } }, cancellationToken: Token),
            async () => await lab.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token).ResponseStream.MoveNext(Token),
            async () => await lab.Admin.ImportUpdates(new ImportUpdatesRequest(), cancellationToken: Token).ResponseStream.MoveNext(Token),
        ];

        foreach (var ask in asks)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(ask);
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains($"hierarchy --server {root.GrpcUrl} (server root)", refused.Status.Detail, StringComparison.Ordinal);
            Assert.Contains("autonomous", refused.Status.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(before, lab.Overlay.Head.Position);
    }

    [Fact]
    public async Task Autonomous_WithoutACatalog_SaysSoInsteadOfWaiting()
    {
        await using var lab = await RunningServer.AutonomousAsync("http://127.0.0.1:9");

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token));

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains("no catalog yet", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restarted_WhileTheParentIsAway_BothServeWhatTheyHave()
    {
        using var labFolder = new TemporaryFolder();
        using var benchFolder = new TemporaryFolder();
        RevisionId id;
        string parent;
        await using (var root = await RunningServer.RootAsync())
        {
            id = await root.AddUpdateAsync();
            await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: labFolder.Path);
            await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", benchFolder.Path);
            await EnrolledAsync(root, 3);
            await lab.EqualsAsync(root);
            await ApproveAsync(lab, id);
            await bench.EqualsInBothAsync(lab);
            parent = lab.GrpcUrl;
        }

        await using var labAlone = await RunningServer.AutonomousAsync("http://127.0.0.1:9", folder: labFolder.Path, grpc: new Uri(parent).Authority);
        Assert.Equal(2, labAlone.Overlay.Head.Position.Epoch);
        await using var benchAlone = await RunningServer.ReplicaAsync(parent, "bench", benchFolder.Path);
        foreach (var server in new[] { labAlone, benchAlone })
        {
            var client = new ClientOf("c");
            await client.SyncAsync(server);
            Assert.Equal(DecisionAction.Install, client.Decisions[id]);
        }

        // It decides on without its parent, and those below follow.
        await labAlone.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = "All Computers", Action = ApprovalAction.OptionalInstall }, cancellationToken: Token);
        await benchAlone.EqualsInBothAsync(labAlone);
        Assert.Equal(2, benchAlone.Overlay.Epochs.Count);
    }

    [Fact]
    public async Task Client_AheadInTheOverlay_IsNotLedBack()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await EnrolledAsync(root, 2);
        await lab.EqualsAsync(root);
        string parent;
        await using (var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", folder.Path))
        {
            parent = lab.GrpcUrl;
            await EnrolledAsync(root, 3);
            await bench.EqualsInBothAsync(lab);
            await bench.EqualsAsync(root);
        }

        await ApproveAsync(lab, id);
        var client = new ClientOf("c");
        await client.SyncAsync(lab);
        await using var behind = await RunningServer.ReplicaAsync("http://127.0.0.1:9", "bench", folder.Path);

        // The tree's log is the same at both; only the overlay tells that this one is behind.
        Assert.Equal(lab.Log.Head.Position, behind.Log.Head.Position);
        Assert.False(await client.SyncAsync(behind));
        Assert.Equal(DecisionAction.Install, client.Decisions[id]);
    }

    [Fact]
    public async Task Client_FromOtherDecisions_IsToldEverythingAnewAndGoesOnFromThere()
    {
        await using var root = await RunningServer.RootAsync();
        var (theirs, ours) = (await root.AddUpdateAsync(), await root.AddUpdateAsync());
        await ApproveAsync(root, theirs);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await EnrolledAsync(root, 2);
        await lab.EqualsAsync(root);
        await ApproveAsync(lab, ours);
        var client = new ClientOf("c");

        foreach (var (server, approved, other) in new[] { (root, theirs, ours), (lab, ours, theirs), (root, theirs, ours) })
        {
            await client.SyncAsync(server);
            Assert.True(client.WasFull);
            Assert.Equal(DecisionAction.Install, client.Decisions[approved]);
            Assert.Equal(DecisionAction.Evaluate, client.Decisions[other]);
            await client.SyncAsync(server);
            Assert.False(client.WasFull);
            Assert.Equal(0, client.Told);
        }
    }

    [Fact]
    public async Task Report_InTheLab_ReachesTheRootWhichShowsTheRoleAndBothLogs()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench");
        await EnrolledAsync(root, 3);
        var report = new ReportRequest { ClientId = "pc", Incarnation = 1, Counter = 1, Name = "pc.example", OperatingSystem = "Windows" };
        report.Statuses.Add(new UpdateStatus { UpdateId = Positions.Id(id.UpdateId), RevisionNumber = 100, State = UpdateState.Installed, Time = new() });
        await bench.Client.ReportAsync(report, cancellationToken: Token);

        await Eventually.HoldsAsync("the root has the report", async () => (await root.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = id.UpdateId.ToString() }, cancellationToken: Token)).Computers.Count == 1);
        Assert.Equal("bench", Assert.Single((await root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: Token)).Computers).Server);
        await Eventually.HoldsAsync("all are equal in the tree's log, and both of the lab in its own", async () =>
        {
            var servers = (await root.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.ToDictionary(server => server.Status.Server.Name);
            return servers.Count == 3 && servers.Values.All(server => server.Equal) && servers["root"].Status.OverlayPosition is null
                && servers["lab"].Status is { OverlayPosition: not null, OverlayCount: > 0, OverlayDigest: not 0, Server.Role: ServerRole.Autonomous }
                && servers["bench"].Status.OverlayPosition?.Equals(servers["lab"].Status.OverlayPosition) == true && servers["bench"].Status.OverlayDigest == servers["lab"].Status.OverlayDigest;
        });
    }

    private static Guid UpdateOf(DecisionBatch batch) => Positions.Id(Assert.Single(batch.Decisions).UpdateId, "update");

    private static Task EnrolledAsync(RunningServer root, int servers) => Eventually.HoldsAsync("all servers are enrolled, each with its parent", () =>
        root.Views.View.Servers.Count == servers && root.Views.View.Servers.Values.All(server => root.Views.View.DeciderOf(server.Id) is not null));

    private static async Task ApproveAsync(RunningServer server, RevisionId id)
    {
        await Eventually.HoldsAsync("the update is there", () => server.Views.View.Find(id) is not null);
        await server.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = "All Computers", Action = ApprovalAction.Install }, cancellationToken: Token);
    }
}
