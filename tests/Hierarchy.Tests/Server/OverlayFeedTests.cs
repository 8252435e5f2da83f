using Grpc.Core;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>What a server with two logs says to those who ask it: followers, and clients that look for a server.</summary>
public sealed class OverlayFeedTests
{
    private static readonly FollowerHello Hello = new(Guid.NewGuid(), "asker", Position.Empty, 0, 0, 0, Snapshot: false, ReadsBrotli: false);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follow_EachLogIsFedByItsOwnId()
    {
        await using var root = await RunningServer.RootAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await lab.EqualsAsync(root);
        var (tree, own) = (lab.Log.Head.Position.Log, lab.Overlay.Head.Position.Log);

        var treeStart = await FirstAsync(lab, Hello);
        var ownStart = await FirstAsync(lab, Hello with { Overlay = own });
        var rootStart = await FirstAsync(root, Hello);

        Assert.Equal((own, own, LogId.None), (treeStart.Started.Overlay, ownStart.Started.Overlay, rootStart.Started.Overlay));
        Assert.Equal((tree, own), (treeStart.State.Log, ownStart.State.Log));
    }

    [Fact]
    public async Task Follow_LogThatTheServerDoesNotCarry_IsRefused()
    {
        await using var root = await RunningServer.RootAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await lab.EqualsAsync(root);

        foreach (var server in new[] { root, lab })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => FirstAsync(server, Hello with { Overlay = new LogId(Guid.NewGuid()) }));
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains("does not carry log", refused.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Follow_OfAVersionWithoutOverlays_IsRefusedWhereThereIsOneAndNowhereElse()
    {
        await using var root = await RunningServer.RootAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench");
        await bench.EqualsInBothAsync(lab);

        Assert.Equal(root.Log.Head.Position.Log, (await FirstAsync(root, Hello with { ReadsOverlays = false })).State.Log);
        foreach (var server in new[] { lab, bench })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => FirstAsync(server, Hello with { ReadsOverlays = false }));
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains("Update it", refused.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Locate_NeverNamesServersOfDifferentDeciders()
    {
        await using var root = await RunningServer.RootAsync();
        await using var plain = await RunningServer.ReplicaAsync(root.GrpcUrl, "plain");
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench");
        await Eventually.HoldsAsync("all are enrolled", () => root.Views.View.Servers.Count == 4 && root.Views.View.Servers.Values.All(each => root.Views.View.DeciderOf(each.Id) is not null));
        foreach (var server in new[] { plain, lab, bench }) await server.EqualsAsync(root);

        // No site owns the address: who is asked decides.
        Assert.Equal(["plain", "root"], await LocateAsync(root));
        Assert.Equal(["plain", "root"], await LocateAsync(plain));
        Assert.Equal(["bench", "lab"], await LocateAsync(lab));
        Assert.Equal(["bench", "lab"], await LocateAsync(bench));

        // The address belongs to the lab: its servers are the nearest, whoever is asked. (`bench` says that it stands in the branch.)
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "lab", Subnets = { "127.0.0.0/8" } }, cancellationToken: Token);
        foreach (var server in new[] { root, plain, lab, bench })
        {
            await server.EqualsAsync(root);
            Assert.Equal(["bench", "lab"], await LocateAsync(server));
        }
    }

    private static async Task<IEnumerable<string>> LocateAsync(RunningServer server) =>
        (await new LocatorService.LocatorServiceClient(server.Channel).LocateAsync(new LocateRequest { ClientId = "pc" }, cancellationToken: Token)).Servers.Select(each => each.Name).Order();

    private static async Task<(FeedMessage.Started Started, Position State)> FirstAsync(RunningServer server, FollowerHello hello)
    {
        FeedMessage.Started? started = null;
        await foreach (var frame in FeedMethods.OpenAsync(new Uri(server.GrpcUrl), hello, Token))
        {
            var message = FeedCodec.Read(frame);
            started ??= message as FeedMessage.Started;
            if (message is FeedMessage.CaughtUp caughtUp) return (started!, caughtUp.Checkpoint.Position); // An introduction comes first.
        }

        throw new InvalidOperationException("The feed ended before it was caught up.");
    }
}
