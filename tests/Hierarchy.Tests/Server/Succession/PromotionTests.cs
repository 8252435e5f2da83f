using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Succession;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Succession;
using Hierarchy.Server.Upstream;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.Tree;
using Xunit;

namespace Hierarchy.Tests.Server.Succession;

/// <summary>Replicas that become the root, and roots that come back after it, over real sockets and files.</summary>
public sealed class PromotionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promote_ReplicaOfALostRoot_DecidesOnTheSameAddressAndTheOthersFollowIt()
    {
        RunningServer? root = await RunningServer.RootAsync();
        try
        {
            await root.AddUpdateAsync(title: "Kept");
            await using var heir = await RunningServer.ReplicaAsync(root.GrpcUrl, "heir");
            await using var branch = await RunningServer.ReplicaAsync($"{root.GrpcUrl},{heir.GrpcUrl}", "branch");
            await Eventually.HoldsAsync("the log names all three", () => root.Views.View.Servers.Count == 3);
            await heir.EqualsAsync(root);
            await branch.EqualsAsync(root);
            var before = root.Log.Head.Position;
            await root.DisposeAsync();
            root = null;
            var outlook = await heir.Succession.GetPromotionOutlookAsync(new GetPromotionOutlookRequest { Server = "HEIR" }, cancellationToken: Token);
            Assert.Equal((false, "", before.Sequence), (outlook.IsRoot, outlook.Obstacle, outlook.HeardHead));

            await heir.PromoteAsync();

            Assert.Equal(before.Epoch + Epoch.Leap, heir.Log.Head.Position.Epoch);
            Assert.Equal(before.Sequence + 1, heir.Log.Epochs[^1].FirstSequence);
            await heir.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
            await branch.EqualsAsync(heir);
            Assert.True(await heir.Get<IAuthorityLog>().ReserveRevisionNumbersAsync(1, Token) > RevisionNumberPayload.Skip);
            await Eventually.HoldsAsync("one root stands in the log", () => branch.Views.View.Servers.Values.Count(server => server.ParentId is null) == 1);
            Assert.Equal("heir", branch.Views.View.Servers.Values.Single(server => server.ParentId is null).Name);
            Assert.Contains(branch.Views.View.Updates.Values, update => update.Latest?.Title == "Kept");
        }
        finally
        {
            if (root is not null) await root.DisposeAsync();
        }
    }

    [Fact]
    public async Task Root_ThatComesBackAfterAPromotion_IsReadOnlyAndThenFollowsWithWhatItLostKept()
    {
        using var oldFolder = new TemporaryFolder();
        using var heirFolder = new TemporaryFolder();
        var (oldAddress, heirAddress) = (LastingPort.Address(), LastingPort.Address());
        RunningServer? heir = null;
        try
        {
            await using (var root = await RunningServer.RootAsync(oldFolder.Path, grpc: oldAddress))
            {
                await root.AddUpdateAsync(title: "Kept");
                heir = await RunningServer.ReplicaAsync(root.GrpcUrl, "heir", heirFolder.Path, heirAddress);
                await Eventually.HoldsAsync("both are enrolled", () => root.Views.View.Servers.Count == 2);
                await heir.EqualsAsync(root);
                await heir.DisposeAsync();
                heir = null;
                // Nobody but the old root knows of this decision.
                await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Lost" }, cancellationToken: Token);
            }

            heir = await RunningServer.ReplicaAsync("http://127.0.0.1:9", "heir", heirFolder.Path, heirAddress);
            await heir.PromoteAsync();
            await heir.Admin.AddGroupAsync(new AddGroupRequest { Name = "New" }, cancellationToken: Token);

            Position position;
            await using (var old = await RunningServer.RootAsync(oldFolder.Path, grpc: oldAddress))
            {
                // Its own announcement goes to every server that it knows, and the new root goes on calling until it answers.
                await using var branch = await RunningServer.ReplicaAsync($"{old.GrpcUrl},{heir.GrpcUrl}", "branch");
                await Eventually.HoldsAsync("the old root gave way", () => old.Get<IAuthorityLog>().Halted is not null);
                position = old.Log.Head.Position;
                await RefusesToDecideAsync(old, "the root since epoch");
                await branch.EqualsAsync(heir);
                var self = (await old.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.Single(server => server.Status.Server.Name == "root");
                Assert.Contains("decides nothing", self.Status.ReadOnly, StringComparison.Ordinal);
                Assert.Single(old.Views.View.Groups.Groups, group => group.Name == "Lost");
            }

            // It stays so, without a new epoch.
            await using (var old = await RunningServer.RootAsync(oldFolder.Path, grpc: oldAddress))
            {
                Assert.Equal(position, old.Log.Head.Position);
                await RefusesToDecideAsync(old, "the root since epoch");
            }

            await using var follower = await RunningServer.ReplicaAsync(heir.GrpcUrl, "root", oldFolder.Path, oldAddress);
            await follower.EqualsAsync(heir);
            Assert.DoesNotContain(follower.Views.View.Groups.Groups, group => group.Name == "Lost");
            var loss = Assert.Single((await follower.Succession.ListLossesAsync(new ListLossesRequest(), cancellationToken: Token)).Losses);
            Assert.Equal(position.Sequence, loss.Before.Sequence);
            var records = await ShowAsync(follower, loss.Id);
            Assert.Equal(loss.Records, records.Count);
            Assert.Contains(records, record => record.Description.StartsWith("group Lost", StringComparison.Ordinal));
            await Eventually.HoldsAsync("the new root sees the loss", async () =>
                (await heir.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.Any(server => server.Status.LostRecords == loss.Records));
            await follower.Succession.ForgetLossAsync(new ForgetLossRequest { Id = loss.Id }, cancellationToken: Token);
            Assert.Equal(0, follower.Get<ILostStore>().Count);
            var unknown = await Assert.ThrowsAsync<RpcException>(async () => await follower.Succession.ForgetLossAsync(new ForgetLossRequest { Id = loss.Id }, cancellationToken: Token));
            Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        }
        finally
        {
            if (heir is not null) await heir.DisposeAsync();
        }
    }

    [Fact]
    public async Task TwoRoots_ThatMeet_DecideNothingUntilOneIsPromotedAgain()
    {
        using var oneFolder = new TemporaryFolder();
        using var twoFolder = new TemporaryFolder();
        await using (var root = await RunningServer.RootAsync())
        {
            await using var first = await RunningServer.ReplicaAsync(root.GrpcUrl, "one", oneFolder.Path);
            await using var second = await RunningServer.ReplicaAsync(root.GrpcUrl, "two", twoFolder.Path);
            await Eventually.HoldsAsync("all are enrolled", () => root.Views.View.Servers.Count == 3);
            await first.EqualsAsync(root);
            await second.EqualsAsync(root);
        }

        await using var one = await RunningServer.ReplicaAsync("http://127.0.0.1:9", "one", oneFolder.Path);
        // Neither hears of the other's reign before its own, so each gives the number the same leap.
        await using var link = FaultyLink.To(new Uri(one.GrpcUrl));
        link.IsDown = true;
        await using var two = await RunningServer.ReplicaAsync(link.Url().AbsoluteUri, "two", twoFolder.Path);
        await one.PromoteAsync();
        await two.PromoteAsync();

        // It was its parent, so it is told of it.
        link.IsDown = false;
        await Eventually.HoldsAsync("both stopped deciding", () => one.Get<IAuthorityLog>().Halted is not null && two.Get<IAuthorityLog>().Halted is not null);
        Assert.True(one.Get<AuthorityStanding>().Superseded!.IsDispute);
        await RefusesToDecideAsync(one, "servers promote --yes");
        await RefusesToDecideAsync(two, "servers promote --yes");

        await two.PromoteAsync();

        await two.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await Eventually.HoldsAsync("the other one gave way", () => one.Get<AuthorityStanding>().Superseded is { IsDispute: false });
        Assert.Equal("two", one.Get<AuthorityStanding>().Superseded!.ServerName);
        await RefusesToDecideAsync(one, two.GrpcUrl);
    }

    [Fact]
    public async Task Root_SupersededInTheMiddleOfASynchronization_StopsItAndStartsNoOther()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(
            SimulatedCatalog.Create(new CatalogOptions { Demo = 3, Generate = 300 }, Token), new MicrosoftUpdateOptions { Latency = TimeSpan.FromMilliseconds(500) }, Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        using var run = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token);
        Assert.True(await run.ResponseStream.MoveNext(Token));

        var newer = root.Log.Head.Position with { Epoch = 1_000_000, EpochId = Guid.NewGuid() };
        Assert.Equal(Verdict.Newer, root.Get<AuthorityStanding>().Hear(newer, "heir", "http://127.0.0.1:9", "the test"));

        await Eventually.HoldsAsync("the run has ended", () => root.Get<SyncRunner>().Current is null);
        var ended = (await root.Admin.ListSyncRunsAsync(new ListSyncRunsRequest(), cancellationToken: Token)).Runs[0];
        Assert.Equal(SyncOutcome.Cancelled, ended.Outcome);
        Assert.Contains("the root that took this one's place", ended.Error, StringComparison.Ordinal);
        Assert.Null(root.Get<SyncRunner>().TryStart(Hierarchy.Server.Upstream.SyncRequest.Scheduled));
        using var again = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await again.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    [Fact]
    public async Task Promote_WhatCannotBe_IsRefusedWithTheReasonAndGoesOn()
    {
        await using var root = await RunningServer.RootAsync();
        await using var empty = await RunningServer.ReplicaAsync("http://127.0.0.1:9", "empty");
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, "branch");
        await Eventually.HoldsAsync("the replica is enrolled", () => replica.Views.View.Servers.Count == 2);

        await RefusedAsync(root, "", "is the root");
        await RefusedAsync(empty, "", "nothing to go on with");
        await RefusedAsync(replica, "root", root.GrpcUrl);
        await RefusedAsync(replica, "nobody", "knows of none");

        await root.AddUpdateAsync(title: "Live");
        await replica.EqualsAsync(root);
        Assert.Equal(1, replica.Log.Head.Position.Epoch);
    }

    [Fact]
    public async Task Promoted_StartedAgainWithTheSettingsOfAReplica_StartsAsTheRoot()
    {
        using var folder = new TemporaryFolder();
        await using (var root = await RunningServer.RootAsync())
        {
            await using var heir = await RunningServer.ReplicaAsync(root.GrpcUrl, "heir", folder.Path);
            await heir.EqualsAsync(root);
        }

        Position position;
        await using (var heir = await RunningServer.ReplicaAsync("http://127.0.0.1:9", "heir", folder.Path))
        {
            await heir.PromoteAsync();
            position = heir.Log.Head.Position;
        }

        await using var again = await RunningServer.ReplicaAsync("http://127.0.0.1:9", "heir", folder.Path);

        Assert.Equal(position.Epoch + 1, again.Log.Head.Position.Epoch);
        await again.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        Assert.Contains("--role root", again.Get<DataDirectory>().Contradiction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promote_ReplicaBelowAnAutonomousServer_HasToBeSaidAndItsDecisionsAreKept()
    {
        using var folder = new TemporaryFolder();
        var root = await RunningServer.RootAsync();
        var (theirs, ours) = (await root.AddUpdateAsync(), await root.AddUpdateAsync());
        await ApproveAsync(root, theirs);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await using var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", folder.Path);
        await Eventually.HoldsAsync("the log names all three, and who decides for them", () => root.Views.View.Servers.Count == 3 && root.Views.View.Servers.Values.All(each => root.Views.View.DeciderOf(each.Id) is not null));
        await lab.EqualsAsync(root);
        await ApproveAsync(lab, ours);
        await bench.EqualsAsync(root);
        await bench.EqualsInBothAsync(lab);
        await root.DisposeAsync();
        var (before, overlay) = (bench.Log.Head.Position, bench.Overlay.Head);

        await RefusedAsync(bench, "bench", "say --drop-overlay");
        var outlook = await bench.Succession.GetPromotionOutlookAsync(new GetPromotionOutlookRequest(), cancellationToken: Token);
        Assert.Equal((before, overlay.Position, ""), (bench.Log.Head.Position, bench.Overlay.Head.Position, outlook.Obstacle));
        Assert.Contains("the autonomous server lab", outlook.Overlay, StringComparison.Ordinal);
        // Refused, it follows as before.
        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Afterwards" }, cancellationToken: Token);
        await Eventually.HoldsAsync("it has the group", () => bench.Views.View.Groups.Find("Afterwards") is not null);
        overlay = bench.Overlay.Head;

        await bench.PromoteAsync(dropsOverlay: true);

        var loss = Assert.Single((await bench.Succession.ListLossesAsync(new ListLossesRequest(), cancellationToken: Token)).Losses);
        Assert.Equal((overlay.Position.Sequence, 0), (loss.Before.Sequence, loss.CommonSequence));
        var kept = await ShowAsync(bench, loss.Id);
        Assert.Equal(overlay.Count, kept.Count(record => !record.Deleted));
        Assert.Contains(kept, record => record.Description.Contains("install", StringComparison.Ordinal));
        var client = new ClientOf("c");
        await client.SyncAsync(bench);
        Assert.Equal((false, DecisionAction.Install, DecisionAction.Evaluate), (bench.HasOverlay, client.Decisions[theirs], client.Decisions[ours]));
        Assert.False(System.IO.File.Exists(folder["decider"]));
    }

    private static async Task ApproveAsync(RunningServer server, RevisionId id) =>
        await server.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = "All Computers", Action = ApprovalAction.Install }, cancellationToken: Token);

    private static async Task RefusesToDecideAsync(RunningServer server, string because)
    {
        var before = server.Log.Head.Position;
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.AddGroupAsync(new AddGroupRequest { Name = "Refused" }, cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains(because, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before, server.Log.Head.Position);
    }

    private static async Task RefusedAsync(RunningServer server, string name, string because)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Succession.PromoteAsync(new PromoteRequest { Server = name, RequestedBy = "the test" }, cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains(because, refused.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<List<ShowLossResponse>> ShowAsync(RunningServer server, long id)
    {
        using var call = server.Succession.ShowLoss(new ShowLossRequest { Id = id }, cancellationToken: Token);
        var records = new List<ShowLossResponse>();
        while (await call.ResponseStream.MoveNext(Token)) records.Add(call.ResponseStream.Current);
        return records;
    }
}
