using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Verification;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Server;

/// <summary>Rows rot while a server is down: what it reads when it starts again is proven before anybody is served.</summary>
public sealed class RottenStartTests
{
    private const string Nobody = "http://127.0.0.1:9";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replica_ServesNothingOfThemAndRepairsThemFromItsParentAtOnce()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootAsync(updates: 30);
        await using (var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: folder.Path))
        {
            await EnrolledAsync(root, 2);
            await replica.EqualsAsync(root);
        }

        RottenRows.Make(folder["mirror.db"], 3);
        await using (var alone = await RunningServer.ReplicaAsync(Nobody, folder: folder.Path))
        {
            await ServesNothingAsync(alone, "repaired from the parent");
            Assert.True(alone.Get<FeedSource>().IsHeld);
        }

        await using var again = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: folder.Path);
        await again.EqualsAsync(root);

        Assert.Equal((1, null), (again.Get<ServerFaults>().Repairs, again.Views.Withheld));
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(again));
        Assert.False(again.Get<FeedSource>().IsHeld);
        Assert.Equal(VerificationState.Sound, (await VerifyAsync(again)).State);
        Assert.Equal(Titles(root), Titles(again));
    }

    [Fact]
    public async Task Replica_RowsAreSoundAfterAll_ServesThem()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootAsync(updates: 3);
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: folder.Path);
        await EnrolledAsync(root, 2);
        await replica.EqualsAsync(root);
        var before = replica.Views.Current;

        // As after a reading that failed: nothing is wrong, and nothing would be served ever after.
        replica.Get<ReplicaRole>().OnRotten(isServed: false);

        await Eventually.HoldsAsync("the view was made anew", () => !ReferenceEquals(before, replica.Views.Current));
        await replica.EqualsAsync(root);
        await Eventually.HoldsAsync("it feeds again", () => !replica.Get<FeedSource>().IsHeld);
    }

    [Fact]
    public async Task Root_ServesNothingDecidesNothingAndFeedsNobodyAndItsReplicasGoOn()
    {
        using var folder = new TemporaryFolder();
        var root = await RootAsync(updates: 3, folder.Path);
        var address = new Uri(root.GrpcUrl).Authority;
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await EnrolledAsync(root, 2);
        await replica.EqualsAsync(root);
        await root.DisposeAsync();
        RottenRows.Make(folder["log.db"], 1);

        await using var again = await RunningServer.RootAsync(folder.Path, grpc: address);
        var error = Assert.Single(again.TakeErrors());

        Assert.Contains("restore the newest backup", error, StringComparison.Ordinal);
        await ServesNothingAsync(again, "restore the newest backup");
        var head = again.Log.Head.Position;
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await again.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("promote a replica", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(head, again.Log.Head.Position);
        await using var late = await RunningServer.ReplicaAsync(again.GrpcUrl, "late");
        await Eventually.HoldsAsync("the new replica was refused", () => late.Get<ServerFaults>().Following?.Reason.Contains("are being repaired", StringComparison.Ordinal) == true);
        Assert.True(late.Log.Head.Position.IsEmpty);
        Assert.Equal(3, replica.Views.View.Updates.Count);
        await new ClientOf("c").SyncAsync(replica);
    }

    [Fact]
    public async Task Autonomous_OwnLogIsSaidAndTheMirrorIsRepaired()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootAsync(updates: 10);
        await using (var lab = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder.Path))
        {
            await EnrolledAsync(root, 2);
            await lab.EqualsAsync(root);
            await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Ours" }, cancellationToken: Token);
        }

        RottenRows.Make(folder["mirror.db"], 1);
        await using (var lab = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder.Path))
        {
            await lab.EqualsAsync(root);
            Assert.Equal((1, VerificationState.Sound), (lab.Get<ServerFaults>().Repairs, (await VerifyAsync(lab)).State));
        }

        RottenRows.Make(folder["log.db"], 1);
        await using var again = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder.Path);
        Assert.Contains("restore the newest backup", Assert.Single(again.TakeErrors()), StringComparison.Ordinal);
        await ServesNothingAsync(again, "restore the newest backup");
        Assert.True(again.Get<OverlayFeed>().Source!.IsHeld);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await again.Admin.AddGroupAsync(new AddGroupRequest { Name = "More" }, cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    [Fact]
    public async Task Replica_OfAnOverlay_RepairsItFromItsParentBeforeAnythingIsServed()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootAsync(updates: 3);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await EnrolledAsync(root, 2);
        await lab.EqualsAsync(root);
        for (var i = 0; i < 10; i++) await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = $"Group {i}" }, cancellationToken: Token);
        await using (var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", folder.Path))
        {
            await EnrolledAsync(root, 3);
            await bench.EqualsAsync(root);
            await bench.EqualsInBothAsync(lab);
        }

        RottenRows.Make(folder["overlay.db"], 2);
        await using (var alone = await RunningServer.ReplicaAsync(Nobody, "bench", folder.Path))
        {
            await ServesNothingAsync(alone, "repaired from the parent");
            Assert.True(alone.Get<OverlayFeed>().Source!.IsHeld);
        }

        await using var again = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", folder.Path);
        await again.EqualsAsync(root);
        await again.EqualsInBothAsync(lab);

        await Eventually.HoldsAsync("the repair is counted", () => again.Get<OverlayMirror>().Repairs == 1);
        var found = await VerifyAsync(again);
        Assert.Equal((VerificationState.Sound, VerificationState.Sound), (found.State, found.Overlay.State));
        Assert.Equal(lab.Views.View.Groups.Groups.Count, again.Views.View.Groups.Groups.Count);
    }

    [Fact]
    public async Task Replica_StagedRowsThatRottedBeforeTheFold_AreNotServed()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootAsync(updates: 3);
        await using (var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: folder.Path))
        {
            await EnrolledAsync(root, 2);
            await replica.EqualsAsync(root);
        }

        // As if it had been killed in the middle of a snapshot. Its fold will add up what was digested when the rows came, and read none of them again.
        for (var i = 0; i < 10; i++) await root.AddUpdateAsync(title: $"New {i}");
        await using (var mirror = SqliteMirrorLog.Open(new SqliteStoreOptions { Path = folder["mirror.db"] }))
        {
            var page = await root.Log.ReadPageAsync(0, 12, 1 << 20, Token);
            await mirror.BeginStagingAsync(StagingMode.Snapshot, root.Log.Head.Floor, Token);
            await mirror.StageAsync(page.Records, page.Through, page.Head.Position.Sequence, Token);
        }

        RottenRows.Make(folder["mirror.db"], 1, "staged");
        await using var again = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: folder.Path);
        await again.EqualsAsync(root);

        Assert.Equal(1, again.Get<ServerFaults>().Repairs);
        Assert.Equal((VerificationState.Sound, null), ((await VerifyAsync(again)).State, again.Views.Withheld));
        Assert.Equal(Titles(root), Titles(again));
    }

    [Fact]
    public async Task Record_ThatThisVersionCannotRead_IsServedAlikeByAViewThatGoesOnAndOneThatIsMadeAnew()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RootAsync(updates: 2);
        await using var live = await RunningServer.ReplicaAsync(root.GrpcUrl, "live", folder.Path);
        await EnrolledAsync(root, 2);
        var (update, log) = (root.Views.View.Updates.Values.First(), root.Get<IAuthorityLog>());
        await ApproveAsync(root, update.UpdateId);
        var group = (await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Ours" }, cancellationToken: Token)).Group;
        await live.EqualsAsync(root);
        Assert.Equal(DecisionAction.Install, await DecisionAsync(live, update.UpdateId));

        // As a later version might write them: an action that is not known here, and another shape of a group.
        var key = CatalogRecords.ApprovalKey(update.UpdateId, TargetGroup.AllComputers.Id);
        var later = ApprovalRecord.Parser.ParseFrom((await log.FindAsync((int)RecordKind.Approval, key, Token))!.Value.Payload!.Value.Span); // approved
        later.Action = (ApprovalAction)99;
        await log.CommitAsync([new Change((int)RecordKind.Approval, key, later.ToByteArray()), new Change((int)RecordKind.TargetGroup, group.Record.GroupId.ToByteArray(), new byte[] { 0xFF, 0xFF })], Token);
        await live.EqualsAsync(root);
        await using var anew = await RunningServer.ReplicaAsync(live.GrpcUrl, "anew");
        await EnrolledAsync(root, 3);
        await live.EqualsAsync(root);
        await anew.EqualsAsync(root);

        foreach (var server in new[] { root, live, anew })
        {
            Assert.Equal(DecisionAction.Evaluate, await DecisionAsync(server, update.UpdateId));
            Assert.Null(server.Views.View.Groups.Find("Ours"));
            Assert.Equal(later.ToByteArray(), (await server.Log.FindAsync((int)RecordKind.Approval, key, Token))!.Value.Payload!.Value.ToArray());
            Assert.Equal(HealthStatus.Healthy, await HealthAsync(server));
        }
    }

    [Fact]
    public async Task Proof_RecordThatMovesWhileItIsRead_IsNotTakenForRot()
    {
        using var folder = new TemporaryFolder();
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = folder["log.db"] });
        await log.CommitAsync([.. Enumerable.Range(1, 30).Select(i => Put($"key-{i}", $"value-{i}"))], Token);
        var first = await log.ReadPageAsync(0, 10, 1 << 20, Token);
        await log.CommitAsync([Put("key-3", "moved")], Token);

        Assert.Equal((false, true), (await HoldsAsync(isThorough: false), await HoldsAsync(isThorough: true)));
        first = await log.ReadPageAsync(0, 10, 1 << 20, Token);
        Assert.Equal((true, true), (await HoldsAsync(isThorough: false), await HoldsAsync(isThorough: true)));

        async Task<bool> HoldsAsync(bool isThorough)
        {
            await using var proof = new RowProof(isThorough);
            for (var page = first; ; page = await log.ReadPageAsync(page.Through, 10, 1 << 20, Token))
            {
                await proof.AddAsync(page, Token);
                if (page.IsLast) return await proof.HoldsAsync();
            }
        }
    }

    private static async Task ServesNothingAsync(RunningServer server, string because)
    {
        Assert.Null(server.Views.Current.Checkpoint);
        Assert.Contains(because, server.Views.Withheld, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(server));
        using var call = server.Client.Sync(new SyncRequest { ClientId = "c" }, cancellationToken: Token);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains("do not equal their checkpoint", refused.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task ApproveAsync(RunningServer server, Guid update) =>
        await server.Admin.ApproveAsync(new ApproveRequest { Update = update.ToString(), Group = "All Computers", Action = ApprovalAction.Install }, cancellationToken: Token);

    private static async Task<DecisionAction> DecisionAsync(RunningServer server, Guid update)
    {
        var client = new ClientOf("c");
        await client.SyncAsync(server);
        return client.Decisions.Single(decision => decision.Key.UpdateId == update).Value;
    }

    private static async Task<HealthStatus> HealthAsync(RunningServer server) => (await server.Get<HealthCheckService>().CheckHealthAsync(Token)).Entries["serving"].Status;

    private static Task<ServerVerification> VerifyAsync(RunningServer server) => server.Get<RecordVerifier>().RunAsync(load: 100, progress: null, Token);

    private static string[] Titles(RunningServer server) => [.. server.Views.View.Updates.Values.Select(update => update.Latest?.Title ?? "").Order(StringComparer.Ordinal)];

    private static async Task<RunningServer> RootAsync(int updates, string? folder = null)
    {
        var root = await RunningServer.RootAsync(folder);
        for (var i = 0; i < updates; i++) await root.AddUpdateAsync(title: $"Update {i}");
        return root;
    }

    private static Task EnrolledAsync(RunningServer root, int servers) => Eventually.HoldsAsync("all are enrolled", () => root.Views.View.Servers.Count == servers);
}
