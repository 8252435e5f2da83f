using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Verification;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Scrubs, repairs and verifications of whole servers: rows are changed on the disk behind their backs.</summary>
public sealed class VerificationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scrub_RottenRowsOfAReplica_AreRepairedAndNeverReachTheServerBelow()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootWithUpdatesAsync(30);
        await using var middle = await RunningServer.ReplicaAsync(root.GrpcUrl, "middle", folder.Path);
        await EnrolledAsync(root, 2);
        await middle.EqualsAsync(root);
        RottenRows.Make(folder["mirror.db"], 3);
        var served = middle.Views.View;

        // Nobody has noticed: a server that comes now is fed pages, of which one is rotten; it serves none of it.
        var found = await middle.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token);
        Assert.Equal(VerificationState.Rotten, found.State);
        await using var leaf = await RunningServer.ReplicaAsync(middle.GrpcUrl, "leaf");
        await EnrolledAsync(root, 3);
        await leaf.EqualsAsync(root);
        await Eventually.HoldsAsync("the rows are repaired", async () => (await middle.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token)).State == VerificationState.Sound);

        Assert.False(middle.Get<FeedSource>().IsHeld);
        Assert.Equal(served.Updates.Count, middle.Views.View.Updates.Count);
        Assert.Equal(VerificationState.Sound, (await leaf.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token)).State);
        await Eventually.HoldsAsync("the root hears of the repair", async () =>
            (await root.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.Any(server => server.Status is { Server.Name: "middle", Repairs: >= 1, ScrubState: VerificationState.Sound }));
        await root.AddUpdateAsync(title: "Afterwards");
        await leaf.EqualsAsync(root);
    }

    [Fact]
    public async Task Scrub_RottenRowOfTheRoot_IsSaidServedFromMemoryAndFedToNobody()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync(folder.Path);
        await root.AddUpdateAsync(title: "Sound");
        RottenRows.Make(folder["log.db"], 1);
        var found = await root.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token);

        Assert.Equal((VerificationState.Rotten, true), (found.State, root.Get<FeedSource>().IsHeld));
        Assert.Contains("restore the newest backup", Assert.Single(root.TakeErrors()), StringComparison.Ordinal);
        Assert.Contains(root.Views.View.Updates.Values, update => update.Latest?.Title == "Sound");
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the replica was refused", () => replica.Get<ServerFaults>().Following?.Reason.Contains("are being repaired", StringComparison.Ordinal) == true);
        Assert.True(replica.Log.Head.Position.IsEmpty);
    }

    [Fact]
    public async Task VerifyServers_ThreeTiers_AreEqualAndARottenOneIsNamed()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootWithUpdatesAsync(10);
        await using var middle = await RunningServer.ReplicaAsync(root.GrpcUrl, "middle");
        await using var leaf = await RunningServer.ReplicaAsync(middle.GrpcUrl, "leaf", folder.Path);
        await EnrolledAsync(root, 3);
        await leaf.EqualsAsync(root);

        var all = await VerifyAsync(root);
        Assert.Equal(["leaf equal middle", "middle equal root", "root equal "], all);
        Assert.Equal(all, await VerifyAsync(middle));
        Assert.Equal(all, await VerifyAsync(leaf));
        Assert.Equal(["middle equal root", "root equal "], await VerifyAsync(root, "middle"));

        RottenRows.Make(folder["mirror.db"], 1);
        Assert.Equal(["leaf different middle", "middle equal root", "root equal "], await VerifyAsync(root));
        await Eventually.HoldsAsync("the leaf repairs itself", async () => (await VerifyAsync(root, "leaf")).SequenceEqual(all));
    }

    [Fact]
    public async Task VerifyServers_OverlayWithRottenRows_IsNamedRepairedByRecordAndNeverReachesTheServerBelow()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootWithUpdatesAsync(3);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", folder.Path);
        await EnrolledAsync(root, 3);
        for (var i = 0; i < 20; i++) await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = $"Group {i}" }, cancellationToken: Token);
        await bench.EqualsAsync(root);
        await bench.EqualsInBothAsync(lab);
        string[] sound = ["bench equal lab", "lab equal root", "root equal "];
        Assert.Equal(sound, await VerifyAsync(root));
        Assert.Equal(sound, await VerifyAsync(lab));
        RottenRows.Make(folder["overlay.db"], 2);

        var found = await VerifyAsync(lab);
        await using var shelf = await RunningServer.ReplicaAsync(bench.GrpcUrl, "shelf");
        await EnrolledAsync(root, 4);
        await shelf.EqualsAsync(root);
        await shelf.EqualsInBothAsync(lab);
        await Eventually.HoldsAsync("the rows are repaired", async () => (await bench.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token)).State == VerificationState.Sound);

        Assert.Equal("bench different lab", found[0]);
        Assert.Equal((1, false), (bench.Get<OverlayMirror>().Repairs, bench.Get<OverlayFeed>().Source!.IsHeld)); // an overlay is fed
        Assert.Equal(VerificationState.Sound, (await shelf.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token)).Overlay.State);
        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Afterwards" }, cancellationToken: Token);
        await shelf.EqualsInBothAsync(lab);
        Assert.NotNull(shelf.Views.View.Groups.Find("Afterwards"));
    }

    [Fact]
    public async Task VerifyServers_ServerThatIsAwayOrUnknown_IsSaid()
    {
        await using var root = await RootWithUpdatesAsync(1);
        await using (var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, "away"))
            await EnrolledAsync(root, 2);

        Assert.Equal(["away unreachable root", "root equal "], await VerifyAsync(root));
        var refused = await Assert.ThrowsAsync<RpcException>(() => VerifyAsync(root, "nobody"));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
    }

    private static async Task<RunningServer> RootWithUpdatesAsync(int updates)
    {
        var root = await RunningServer.RootAsync();
        for (var i = 0; i < updates; i++) await root.AddUpdateAsync(title: $"Update {i}");
        return root;
    }

    private static Task EnrolledAsync(RunningServer root, int servers) => Eventually.HoldsAsync("all are enrolled", () => root.Views.View.Servers.Count == servers);

    private static async Task<string[]> VerifyAsync(RunningServer server, string name = "")
    {
        using var call = new VerificationService.VerificationServiceClient(server.Channel).VerifyServers(new VerifyServersRequest { Server = name }, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token))
            if (call.ResponseStream.Current is { Finished: true } last)
                return [.. last.Servers.Select(found => $"{found.Verification.ServerName} {found.Outcome.ToString().ToLowerInvariant()} {found.Parent}").Order(StringComparer.Ordinal)];
        throw new InvalidOperationException("The verification ended before it was finished.");
    }
}
