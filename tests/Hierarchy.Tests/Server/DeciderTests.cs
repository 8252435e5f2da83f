using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Verification;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Whose decisions a replica serves, and what may change that.</summary>
public sealed class DeciderTests
{
    private static readonly LogId Lab = new(Guid.NewGuid());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Refuse_LaterParentWithOtherDecisions_IsPassedOverAndTheFirstIsNot()
    {
        using var folder = new TemporaryFolder();
        var decider = new Decider(folder["decider"], hasState: false);
        Assert.Null(decider.Kept);
        Assert.Null(decider.Refuse(1, LogId.None)); // Whoever serves nothing yet takes what it finds.

        Assert.True(decider.Keep(Lab));
        Assert.False(decider.Keep(Lab));

        Assert.Null(decider.Refuse(0, LogId.None));
        Assert.Null(decider.Refuse(1, Lab));
        Assert.Contains("the root's decisions", decider.Refuse(1, LogId.None), StringComparison.Ordinal);
        Assert.Contains(Lab.ToString(), decider.Refuse(1, new LogId(Guid.NewGuid())), StringComparison.Ordinal);
        Assert.Equal(Lab, new Decider(folder["decider"], hasState: true).Kept);
    }

    [Fact]
    public void Kept_WithoutAFile_IsTheTreeWhereSomethingIsServed()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(LogId.None, new Decider(folder["decider"], hasState: true).Kept);
        Assert.Null(new Decider(folder["decider"], hasState: false).Kept);

        new Decider(folder["decider"], hasState: false).Keep(LogId.None);
        Assert.Equal(LogId.None, new Decider(folder["decider"], hasState: false).Kept);
    }

    [Fact]
    public void Kept_DamagedFile_IsRefusedWithTheNextStep()
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllText(folder["decider"], "perhaps");

        var failure = Assert.Throws<IntegrityException>(() => new Decider(folder["decider"], hasState: true));

        Assert.Contains("Delete it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replica_WhoseAutonomousParentIsAway_DoesNotTakeTheRootsDecisions()
    {
        using var labFolder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync();
        var (theirs, ours) = (await root.AddUpdateAsync(), await root.AddUpdateAsync());
        await ApproveAsync(root, theirs);
        var lab = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: labFolder.Path);
        var address = lab.GrpcUrl;
        await EqualsTreeAsync(lab, root, servers: 2);
        await ApproveAsync(lab, ours);
        await using var bench = await RunningServer.ReplicaAsync($"{address},{root.GrpcUrl}", "bench");
        await EqualsTreeAsync(bench, root, servers: 3);
        await bench.EqualsInBothAsync(lab);

        await lab.DisposeAsync();
        var role = bench.Get<ReplicaRole>();
        await Eventually.HoldsAsync("the root was reached and passed over", () => role.Following.Reason.Contains("it serves the root's decisions", StringComparison.Ordinal));
        var live = await root.AddUpdateAsync();
        var client = new ClientOf("c");
        await client.SyncAsync(bench);
        Assert.Equal(new Dictionary<RevisionId, DecisionAction> { [theirs] = DecisionAction.Evaluate, [ours] = DecisionAction.Install }, client.Decisions);

        await using var back = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: labFolder.Path, grpc: new Uri(address).Authority);
        await bench.EqualsAsync(root);
        await bench.EqualsInBothAsync(back);
        await client.SyncAsync(bench);
        Assert.False(client.WasFull);
        Assert.Equal(DecisionAction.Evaluate, client.Decisions[live]);
    }

    [Fact]
    public async Task Replica_MovedBelowAnAutonomousServerAndBack_ServesTheDecisionsOfItsFirstParent()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync();
        var (theirs, ours) = (await root.AddUpdateAsync(), await root.AddUpdateAsync());
        await ApproveAsync(root, theirs);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await EqualsTreeAsync(lab, root, servers: 2);
        await ApproveAsync(lab, ours);
        var client = new ClientOf("c");

        foreach (var (parents, decider) in new[] { (root.GrpcUrl, root), ($"{lab.GrpcUrl},{root.GrpcUrl}", lab), ($"{root.GrpcUrl},{lab.GrpcUrl}", root), (lab.GrpcUrl, lab) })
        {
            await using var moved = await RunningServer.ReplicaAsync(parents, "moved", folder.Path);
            await Eventually.HoldsAsync("it serves what its first parent decides", () => moved.HasOverlay == (decider == lab) && moved.Views.Current.Checkpoint is not null && moved.Views.View.Overlay is not null == (decider == lab));
            await EqualsTreeAsync(moved, root, servers: 3);
            if (decider == lab) await moved.EqualsInBothAsync(lab);
            await client.SyncAsync(moved);
            Assert.True(client.WasFull);
            Assert.Equal(decider == lab ? (DecisionAction.Evaluate, DecisionAction.Install) : (DecisionAction.Install, DecisionAction.Evaluate), (client.Decisions[theirs], client.Decisions[ours]));
            Assert.Equal(decider == root, moved.Views.View.Groups.Find("Pilot") is not null);
        }
    }

    [Fact]
    public async Task Replica_MovedBelowAnotherAutonomousServer_TakesItsDecisionsAndKeepsThoseOfTheFirst()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync();
        var (first, second) = (await root.AddUpdateAsync(), await root.AddUpdateAsync());
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var plant = await RunningServer.AutonomousAsync(root.GrpcUrl, "plant");
        await EqualsTreeAsync(lab, root, servers: 3);
        await plant.EqualsAsync(root);
        await ApproveAsync(lab, first);
        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Of the lab" }, cancellationToken: Token);
        await ApproveAsync(plant, second);
        var client = new ClientOf("c");
        await using (var moved = await RunningServer.ReplicaAsync(lab.GrpcUrl, "moved", folder.Path))
        {
            await EqualsTreeAsync(moved, root, servers: 4);
            await moved.EqualsInBothAsync(lab);
            await client.SyncAsync(moved);
            Assert.Equal((DecisionAction.Install, DecisionAction.Evaluate), (client.Decisions[first], client.Decisions[second]));
        }

        await using var there = await RunningServer.ReplicaAsync(plant.GrpcUrl, "moved", folder.Path);
        await using var leaf = await RunningServer.ReplicaAsync(there.GrpcUrl, "leaf");
        await EqualsTreeAsync(there, root, servers: 5);
        foreach (var server in new[] { there, leaf })
        {
            await server.EqualsAsync(root);
            await server.EqualsInBothAsync(plant);
            await client.SyncAsync(server);
            Assert.Equal(server == there, client.WasFull);
            Assert.Equal((DecisionAction.Evaluate, DecisionAction.Install), (client.Decisions[first], client.Decisions[second]));
            Assert.Null(server.Views.View.Groups.Find("Of the lab"));
        }

        // What the lab had decided is the lab's; what this server held of it was taken away by another log, and is kept as such.
        var loss = Assert.Single((await there.Succession.ListLossesAsync(new ListLossesRequest(), cancellationToken: Token)).Losses);
        Assert.Equal(lab.Overlay.Head.Position.Log, loss.Before.ToDomain().Log);
        Assert.Equal(VerificationState.Sound, (await there.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token)).State);
    }

    [Fact]
    public async Task ReplicasDirectory_StartedAsAutonomous_KeepsTheMirrorAndDecidesFromThere()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync();
        await ApproveAsync(root, id);
        await using (var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, "lab", folder.Path))
            await EqualsTreeAsync(replica, root, servers: 2);

        // The parent is away: all that is served was mirrored before.
        await using (var lab = await RunningServer.AutonomousAsync("http://127.0.0.1:9", folder: folder.Path))
        {
            var client = new ClientOf("c");
            await client.SyncAsync(lab);
            Assert.Equal(DecisionAction.Evaluate, client.Decisions[id]);
            await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Ours" }, cancellationToken: Token);
        }

        var failure = await Assert.ThrowsAsync<IntegrityException>(() => RunningServer.ReplicaAsync(root.GrpcUrl, "lab", folder.Path));
        Assert.Contains("--role autonomous", failure.Message, StringComparison.Ordinal);
        await using var again = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder.Path);
        Assert.NotNull(again.Views.View.Groups.Find("Ours"));
    }

    [Fact]
    public async Task RootsDirectory_StartedAsAutonomous_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using (var root = await RunningServer.RootAsync(folder.Path)) { }

        var failure = await Assert.ThrowsAsync<IntegrityException>(() => RunningServer.StartAsync(new ServerOptions { Role = "autonomous", Parent = "http://127.0.0.1:9" }, folder.Path));

        Assert.Contains("belongs to a root", failure.Message, StringComparison.Ordinal);
    }

    private static async Task EqualsTreeAsync(RunningServer server, RunningServer root, int servers)
    {
        await Eventually.HoldsAsync("all servers are enrolled", () => root.Views.View.Servers.Count == servers && root.Views.View.Servers.Values.All(each => root.Views.View.DeciderOf(each.Id) is not null));
        await server.EqualsAsync(root);
    }

    private static async Task ApproveAsync(RunningServer server, RevisionId id) =>
        await server.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = "All Computers", Action = ApprovalAction.Install }, cancellationToken: Token);
}
