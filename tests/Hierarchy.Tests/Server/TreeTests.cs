using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing;
using Xunit;
using UpdateState = Hierarchy.Protocol.Client.V1.UpdateState;

namespace Hierarchy.Tests.Server;

/// <summary>A root and replicas in one process, over real sockets and files.</summary>
public sealed class TreeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replica_OfAReplica_HoldsTheRootsState()
    {
        await using var root = await RunningServer.RootAsync();
        for (var i = 0; i < 20; i++)
            await root.AddUpdateAsync(title: $"Update {i}");
        await using var middle = await RunningServer.ReplicaAsync(root.GrpcUrl, "middle");
        await using var leaf = await RunningServer.ReplicaAsync(middle.GrpcUrl, "leaf");

        await Eventually.HoldsAsync("the root knows all three", async () => (await root.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.Count == 3);
        await Eventually.HoldsAsync("the log names all three", () => root.Views.View.Servers.Count == 3);
        await leaf.EqualsAsync(root);
        await middle.EqualsAsync(root);

        var id = await root.AddUpdateAsync(title: "Live");
        await leaf.EqualsAsync(root);
        Assert.Equal("Live", leaf.Views.View.Find(id)?.Title);
        await Eventually.HoldsAsync(
            "the root sees that all are equal",
            async () => (await root.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.All(server => server.Equal && server.Lag == 0));
    }

    [Fact]
    public async Task Replicas_ThatWouldFollowEachOtherInALoopOfThree_AreRefusedAndKeepAnotherParent()
    {
        await using var root = await RunningServer.RootAsync();
        var last = Hierarchy.Testing.Tree.LastingPort.Address();
        // The first one's preferred parent will stand below it.
        await using var first = await RunningServer.ReplicaAsync($"http://{last},{root.GrpcUrl}", "first");
        await using var second = await RunningServer.ReplicaAsync(first.GrpcUrl, "second");
        await using var third = await RunningServer.ReplicaAsync(second.GrpcUrl, "third", grpc: last);
        await Eventually.HoldsAsync("the log names all four", () => root.Views.View.Servers.Count == 4);
        await third.EqualsAsync(root);

        var follow = new FollowRequest { ServerId = Positions.Id(first.Get<ServerIdentity>().Id), ServerName = "first", Position = first.Log.Head.Position.ToProto(), ReadsOverlays = true };
        using (var call = new FeedService.FeedServiceClient(third.Channel).Follow(follow, cancellationToken: Token))
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(Token));
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains("would be a loop", refused.Status.Detail, StringComparison.Ordinal);
        }

        await root.AddUpdateAsync(title: "Live");
        await third.EqualsAsync(root);
        Assert.Equal(root.GrpcUrl.TrimEnd('/'), first.Get<Hierarchy.Server.Roles.ServerFaults>().Following!.Parent!.Url.AbsoluteUri.TrimEnd('/'));
    }

    [Fact]
    public async Task Replica_Restarted_ServesWhatItHasWhileTheParentIsAway()
    {
        using var folder = new TemporaryFolder();
        string parent;
        await using (var root = await RunningServer.RootAsync())
        {
            parent = root.GrpcUrl;
            await root.AddUpdateAsync(title: "Kept");
            await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: folder.Path);
            await Eventually.HoldsAsync("the replica is enrolled", () => root.Views.View.Servers.Count == 2);
            await replica.EqualsAsync(root);
        }

        await using var alone = await RunningServer.ReplicaAsync(parent, folder: folder.Path);
        Assert.Single(alone.Views.View.Updates.Values, update => update.Latest?.Title == "Kept");
    }

    [Fact]
    public async Task Root_Restarted_BeginsAnEpochAndReplicasGoOn()
    {
        using var rootFolder = new TemporaryFolder();
        using var replicaFolder = new TemporaryFolder();
        await using (var root = await RunningServer.RootAsync(rootFolder.Path))
        {
            await root.AddUpdateAsync();
            await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: replicaFolder.Path);
            await Eventually.HoldsAsync("the replica is enrolled", () => root.Views.View.Servers.Count == 2);
            await replica.EqualsAsync(root);
        }

        await using var again = await RunningServer.RootAsync(rootFolder.Path);
        Assert.Equal(2, again.Log.Head.Position.Epoch);
        await using var follower = await RunningServer.ReplicaAsync(again.GrpcUrl, folder: replicaFolder.Path);
        await again.AddUpdateAsync(title: "After the restart");
        await follower.EqualsAsync(again);
        Assert.Equal(2, follower.Log.Epochs.Count);
    }

    [Fact]
    public async Task Replica_AskedToDecide_RefusesAndNamesTheRoot()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the replica is enrolled", () => replica.Views.View.Servers.Count == 2);
        var before = replica.Log.Head.Position;

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await replica.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains(root.GrpcUrl, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before, replica.Log.Head.Position);
    }

    [Fact]
    public async Task Root_StopsWithLiveCalls_EndsThemAtOnce()
    {
        var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the replica reports", () => root.Views.View.Servers.Count == 2);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(root.GrpcUrl);
        using var call = new ClientService.ClientServiceClient(channel).Sync(new SyncRequest { ClientId = "c", Follow = true }, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token) && call.ResponseStream.Current.EventCase != SyncResponse.EventOneofCase.Completed) { }

        // The host waits five seconds for calls that do not end.
        await root.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(4), Token);

        var ended = await Assert.ThrowsAsync<RpcException>(async () => { while (await call.ResponseStream.MoveNext(Token)) { } });
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        Assert.Contains("stops", ended.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_AtALeaf_ReachesTheRootAndIsRootedEverywhere()
    {
        await using var root = await RunningServer.RootAsync();
        var update = await root.AddUpdateAsync();
        await using var middle = await RunningServer.ReplicaAsync(root.GrpcUrl, "middle");
        await using var leaf = await RunningServer.ReplicaAsync(middle.GrpcUrl, "leaf");

        await ReportAsync(leaf, "computer-1", incarnation: 1, counter: 1, update.UpdateId, UpdateState.NotInstalled);
        await Eventually.HoldsAsync("the root has the report", async () => (await StatusesAsync(root, update.UpdateId)).Count == 1);
        await Eventually.HoldsAsync("the leaf hears that it is rooted", () => Outbox(leaf).Rooted == Outbox(leaf).OutboxHead && Outbox(middle).Rooted == Outbox(middle).OutboxHead);

        // It roams: another server takes the newer report, and an older one that comes late changes nothing.
        await ReportAsync(middle, "computer-1", incarnation: 1, counter: 3, update.UpdateId, UpdateState.Installed);
        await ReportAsync(leaf, "computer-1", incarnation: 1, counter: 2, update.UpdateId, UpdateState.Downloaded);
        await Eventually.HoldsAsync("all are rooted", () => Outbox(leaf).Rooted == Outbox(leaf).OutboxHead && Outbox(middle).Rooted == Outbox(middle).OutboxHead);
        await Eventually.HoldsAsync(
            "the newest report counts", async () => (await StatusesAsync(root, update.UpdateId)) is [var status] && status.State == UpdateState.Installed);
        Assert.Single((await root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: Token)).Computers);
    }

    [Fact]
    public async Task Report_WhileTheParentIsAway_ArrivesOnce()
    {
        using var rootFolder = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        Guid updateId;
        await using (var root = await RunningServer.RootAsync(rootFolder.Path))
        {
            updateId = (await root.AddUpdateAsync()).UpdateId;
            await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: folder.Path);
            await Eventually.HoldsAsync("the replica has a catalog", () => replica.Views.Current.Checkpoint is not null);
        }

        await using (var alone = await RunningServer.ReplicaAsync("http://127.0.0.1:9", folder: folder.Path))
            await ReportAsync(alone, "computer-1", incarnation: 1, counter: 1, updateId, UpdateState.Installed);

        await using var back = await RunningServer.RootAsync(rootFolder.Path);
        await using var again = await RunningServer.ReplicaAsync(back.GrpcUrl, folder: folder.Path);
        await Eventually.HoldsAsync("the report arrived", async () => (await StatusesAsync(back, updateId)).Count == 1);
        await Eventually.HoldsAsync("and is rooted", () => Outbox(again).Rooted == Outbox(again).OutboxHead);
        var head = Outbox(back).OutboxHead;
        Assert.Equal(2, head); // The computer and its status, each once.
    }

    private static IReportStore Outbox(RunningServer server) => server.Get<IReportStore>();

    private static async Task<IReadOnlyList<UpdateOnComputer>> StatusesAsync(RunningServer server, Guid updateId) =>
        (await server.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = updateId.ToString() }, cancellationToken: Token)).Computers;

    private static async Task ReportAsync(RunningServer server, string computer, long incarnation, long counter, Guid updateId, UpdateState state)
    {
        var request = new ReportRequest { ClientId = computer, Incarnation = incarnation, Counter = counter, Name = computer + ".example", OperatingSystem = "Windows" };
        request.Statuses.Add(new UpdateStatus { UpdateId = ByteString.CopyFrom(updateId.ToByteArray(bigEndian: true)), RevisionNumber = 100, State = state });
        await server.Client.ReportAsync(request, cancellationToken: Token);
    }
}
