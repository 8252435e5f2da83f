using Grpc.Core;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Groups;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Hosting;
using Hierarchy.Storage;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Xunit;
using Approval = Hierarchy.Domain.Approvals.Approval;

namespace Hierarchy.Tests.Server.Decisions;

/// <summary>A root that is the replica of a simulated WSUS: what is decided there is decided here after each synchronization, and nothing else.</summary>
public sealed class WsusReplicaTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private MicrosoftUpdateServer? _upstream;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MicrosoftUpdateServer Upstream => _upstream!; // Every test starts with StartAsync.

    private static Guid One => DemoUpdates.IdOf(1);

    private static Guid Two => DemoUpdates.IdOf(2);

    [Fact]
    public async Task Sync_OfADecidedWsus_TakesGroupsApprovalsDeclinesAndLicencesWithTheirIds()
    {
        await using var root = await StartAsync();
        var deadline = new DateTimeOffset(2026, 12, 24, 18, 0, 0, TimeSpan.Zero);
        var pilot = Upstream.Decisions.AddGroup("Pilot");
        var berlin = Upstream.Decisions.AddGroup("Berlin", pilot.Id);
        var eula = Guid.NewGuid();
        Upstream.Decisions.Approve(Latest(One), pilot.Id, action: 0, deadline);
        Upstream.Decisions.Approve(Latest(One), berlin.Id, action: 3);
        Upstream.Decisions.Approve(Latest(One), TargetGroup.AllComputers.Id, action: 2);
        Upstream.Decisions.Hide(Two);
        Upstream.Decisions.AcceptEula(eula);

        await SyncAsync(root);

        var view = root.Views.View;
        Assert.Equal(("Pilot", "Berlin"), (view.Groups.Find(pilot.Id)?.Name, view.Groups.Find(berlin.Id)?.Name));
        Assert.Equal(pilot.Id, view.Groups.Find(berlin.Id)!.ParentId);
        Assert.Equal(
            new HashSet<Approval> { new(One, pilot.Id, Latest(One).Key.Revision, ApprovalAction.Install, deadline), new(One, berlin.Id, Latest(One).Key.Revision, ApprovalAction.NotApproved, null) },
            view.Updates[One].Approvals.ToHashSet());
        Assert.True(view.Updates[Two].IsDeclined);
        Assert.Equal([eula], view.AcceptedEulas);
        var shown = await root.Admin.GetUpdateAsync(new GetUpdateRequest { Update = One.ToString() }, cancellationToken: Token);
        Assert.All(shown.Update.Approvals, approval => Assert.Equal("LAB\\admin", approval.Record.ApprovedBy));
    }

    [Fact]
    public async Task Sync_WithNothingNew_CommitsNothing()
    {
        await using var root = await StartAsync();
        Upstream.Decisions.Approve(Latest(One), Upstream.Decisions.AddGroup("Pilot").Id);
        Upstream.Decisions.Hide(Two);
        await SyncAsync(root);
        var head = root.Log.Head.Position;

        await SyncAsync(root);

        Assert.Equal(head, root.Log.Head.Position);
    }

    [Fact]
    public async Task Sync_DecisionsTakenBackThere_AreTakenBackHere()
    {
        await using var root = await StartAsync();
        var (pilot, servers) = (Upstream.Decisions.AddGroup("Pilot"), Upstream.Decisions.AddGroup("Servers"));
        Upstream.Decisions.Approve(Latest(One), pilot.Id);
        Upstream.Decisions.Approve(Latest(One), servers.Id);
        Upstream.Decisions.Hide(Two);
        await SyncAsync(root);

        Upstream.Decisions.Withdraw(One, pilot.Id);
        Upstream.Decisions.RemoveGroup(servers.Id);
        Upstream.Decisions.Unhide(Two);
        await SyncAsync(root);

        var view = root.Views.View;
        Assert.Empty(view.Updates[One].Approvals);
        Assert.Null(view.Groups.Find(servers.Id));
        Assert.NotNull(view.Groups.Find(pilot.Id));
        Assert.True(view.Updates[Two].IsLive);
    }

    [Fact]
    public async Task Sync_ApprovalMovesToANewRevision_IsOneApprovalHere()
    {
        await using var root = await StartAsync();
        var pilot = Upstream.Decisions.AddGroup("Pilot");
        Upstream.Decisions.Approve(Latest(One), pilot.Id);
        await SyncAsync(root);

        Upstream.Decisions.Approve(Upstream.Library.Revise(One), pilot.Id, action: 1);
        await SyncAsync(root);

        var approval = Assert.Single(root.Views.View.Updates[One].Approvals);
        Assert.Equal((Latest(One).Key.Revision, ApprovalAction.Uninstall), (approval.RevisionNumber, approval.Action));
    }

    [Fact]
    public async Task Sync_AfterARestartOfThisServer_GoesOnByDeltas()
    {
        var pilot = Guid.Empty;
        await using (var root = await StartAsync())
        {
            pilot = Upstream.Decisions.AddGroup("Pilot").Id;
            Upstream.Decisions.Approve(Latest(One), pilot);
            await SyncAsync(root);
        }

        Upstream.Decisions.Withdraw(One, pilot);
        Upstream.Decisions.Approve(Latest(Two), pilot);
        await using var again = await StartAsync();
        await SyncAsync(again);

        Assert.Empty(again.Views.View.Updates[One].Approvals);
        Assert.Single(again.Views.View.Updates[Two].Approvals);
    }

    [Fact]
    public async Task Sync_UpstreamReinstalled_ItsDecisionsReplaceTheFormerOnes()
    {
        await using var root = await StartAsync();
        var pilot = Upstream.Decisions.AddGroup("Pilot");
        Upstream.Decisions.Approve(Latest(One), pilot.Id);
        Upstream.Decisions.Approve(Latest(Two), pilot.Id);
        await SyncAsync(root);

        Upstream.RestartWithNewAnchors();
        Upstream.Decisions.Withdraw(One, pilot.Id);
        await SyncAsync(root);

        Assert.Empty(root.Views.View.Updates[One].Approvals);
        Assert.Single(root.Views.View.Updates[Two].Approvals);
    }

    [Theory]
    [InlineData("ServerChanged", 1)]
    [InlineData("InvalidParameters", 1)]
    [InlineData("InternalServerError", 100)]
    [InlineData("AccessDenied", 100)]
    public async Task Sync_GetDeploymentsFaults_TheNextSynchronizationIsAsIfNothingHadBeen(string code, int calls)
    {
        await using var root = await StartAsync();
        var pilot = Upstream.Decisions.AddGroup("Pilot");
        Upstream.Decisions.Approve(Latest(One), pilot.Id);
        await SyncAsync(root);
        Upstream.Decisions.Withdraw(One, pilot.Id);
        Upstream.Decisions.Approve(Latest(Two), pilot.Id);

        Upstream.Faults.FailNext(calls, code, "GetDeployments");
        var disturbed = await RunAsync(root);
        Assert.Equal(calls > 1, disturbed.Error.Length > 0);
        Upstream.Faults.Clear();
        await SyncAsync(root);

        Assert.Empty(root.Views.View.Updates[One].Approvals);
        Assert.Single(root.Views.View.Updates[Two].Approvals);
    }

    [Fact]
    public async Task Sync_KilledBetweenLogAndAnchor_NextOneChangesNothingTwice()
    {
        await using var root = await StartAsync();
        var pilot = Upstream.Decisions.AddGroup("Pilot");
        Upstream.Decisions.Approve(Latest(One), pilot.Id);
        await SyncAsync(root);
        var state = root.Get<ILocalState>();
        var before = await state.ListAsync("sync/d", Token);
        Upstream.Decisions.Withdraw(One, pilot.Id);
        Upstream.Decisions.Approve(Latest(Two), pilot.Id);
        await SyncAsync(root);
        var head = root.Log.Head.Position;

        // What a process leaves that was killed after its commit.
        var after = await state.ListAsync("sync/d", Token);
        await state.SetAllAsync([.. after.Select(row => new KeyValuePair<string, ReadOnlyMemory<byte>?>(row.Key, null))], Token);
        await state.SetAllAsync([.. before.Select(row => new KeyValuePair<string, ReadOnlyMemory<byte>?>(row.Key, row.Value))], Token);
        await SyncAsync(root);

        Assert.NotEqual(before.Select(row => row.Key), after.Select(row => row.Key));
        Assert.Equal(head, root.Log.Head.Position);
        Assert.Equal(after.Select(row => row.Key), (await state.ListAsync("sync/d", Token)).Select(row => row.Key));
    }

    [Fact]
    public async Task Sync_MoreDecisionsThanATransactionHolds_AreAllTaken()
    {
        await using var root = await StartAsync();
        foreach (var number in Enumerable.Range(0, 1500)) Upstream.Decisions.Hide(new Guid(number, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
        Upstream.Decisions.Approve(Latest(One), Upstream.Decisions.AddGroup("Pilot").Id);

        await SyncAsync(root);

        Assert.Equal(1500, root.Views.View.Updates.Values.Count(update => update.IsDeclined));
        Assert.Single(root.Views.View.Updates[One].Approvals);
    }

    [Fact]
    public async Task Decisions_HereWhileTheUpstreamDecides_AreRefusedAndNameIt()
    {
        await using var root = await StartAsync();
        await SyncAsync(root);
        var head = root.Log.Head.Position;
        Func<Task>[] decisions =
        [
            async () => await root.Admin.ApproveAsync(new ApproveRequest { Update = One.ToString(), Group = "All Computers" }, cancellationToken: Token),
            async () => await root.Admin.DeclineAsync(new DeclineRequest { Update = One.ToString() }, cancellationToken: Token),
            async () => await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Mine" }, cancellationToken: Token),
            async () => await root.Admin.RemoveGroupAsync(new RemoveGroupRequest { Name = "Mine" }, cancellationToken: Token),
        ];

        foreach (var decide in decisions)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(decide);
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains(Upstream.Url.AbsoluteUri, refused.Status.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(head, root.Log.Head.Position);
    }

    [Fact]
    public async Task Root_ThatDecidesAgain_KeepsWhatItTookAndTakesNoMore()
    {
        var pilot = Guid.Empty;
        await using (var replica = await StartAsync())
        {
            pilot = Upstream.Decisions.AddGroup("Pilot").Id;
            Upstream.Decisions.Approve(Latest(One), pilot);
            await SyncAsync(replica);
        }

        Upstream.Decisions.Withdraw(One, pilot);
        await using var root = await StartAsync("wsus");
        await SyncAsync(root);

        Assert.Single(root.Views.View.Updates[One].Approvals);
        await root.Admin.ApproveAsync(new ApproveRequest { Update = Two.ToString(), Group = "Pilot" }, cancellationToken: Token);
        await root.Admin.AssignComputersAsync(new AssignComputersRequest { Computers = { new ComputerAssignment { ComputerId = "c", Groups = { "Pilot" } } } }, cancellationToken: Token);
    }

    [Fact]
    public async Task Decisions_OfTheUpstream_ReachTheServersBelow()
    {
        await using var root = await StartAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        Upstream.Decisions.Approve(Latest(One), Upstream.Decisions.AddGroup("Pilot").Id);
        var eula = Guid.NewGuid();
        Upstream.Decisions.AcceptEula(eula);

        await SyncAsync(root);

        await replica.EqualsAsync(root);
        Assert.Single(replica.Views.View.Updates[One].Approvals);
        Assert.Equal([eula], replica.Views.View.AcceptedEulas);
    }

    public async ValueTask DisposeAsync()
    {
        if (_upstream is not null) await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<RunningServer> StartAsync(string kind = "wsus-replica")
    {
        _upstream ??= await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 3 }, Token), new MicrosoftUpdateOptions(), Token);
        return await RunningServer.StartAsync(new ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = _upstream.Url.AbsoluteUri, UpstreamKind = kind }, _folder.Path);
    }

    private PublishedRevision Latest(Guid id) => Upstream.Library.Latest(id)!; // The demo updates are published.

    private static async Task SyncAsync(RunningServer root) => Assert.Equal("", (await RunAsync(root)).Error);

    private static async Task<SyncRun> RunAsync(RunningServer root)
    {
        using var call = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token);
        SyncRun? finished = null;
        while (await call.ResponseStream.MoveNext(Token)) finished = call.ResponseStream.Current.Finished;
        Assert.NotNull(finished);
        return finished;
    }
}
