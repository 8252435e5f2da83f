using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Groups that are in use: renamed, moved and removed at whole servers.</summary>
public sealed class GroupChangesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rename_GroupThatComputersNameAndWerePutInto_KeepsApprovalsAndTheLatter()
    {
        await using var root = await RunningServer.RootAsync();
        var update = await ApprovedAsync(root, "Pilot");
        await AssignAsync(root, "put", "Pilot");
        await ReportAsync(root, "named", "pilot;Other");
        var groups = new GroupService.GroupServiceClient(root.Channel);

        var said = await groups.RenameGroupAsync(new RenameGroupRequest { Name = "PILOT", NewName = " Europe ", WhatIf = true }, cancellationToken: Token);

        Assert.True(said.Changed);
        Assert.Null(said.Position);
        Assert.Equal(new GroupEffect { Computers = 1, ComputersUnassigned = 1, UpdatesChanged = 1, UpdatesEnded = 1 }, said.Effect);
        Assert.NotNull(root.Views.View.Groups.Find("Pilot"));

        var done = await groups.RenameGroupAsync(new RenameGroupRequest { Name = "PILOT", NewName = " Europe " }, cancellationToken: Token);

        Assert.Equal(said.Effect, done.Effect);
        Assert.Equal(("Europe", done.Group.GroupId), (done.Group.Name, said.Group.GroupId));
        Assert.Equal(DecisionAction.Install, (await SyncAsync(root, "put"))[update]);
        Assert.Equal(DecisionAction.Evaluate, (await SyncAsync(root, "named", "Pilot"))[update]);
        Assert.Equal(DecisionAction.Install, (await SyncAsync(root, "named", "europe"))[update]);
        Assert.False((await groups.RenameGroupAsync(new RenameGroupRequest { Name = "europe", NewName = "Europe" }, cancellationToken: Token)).Changed);
        Assert.True((await groups.RenameGroupAsync(new RenameGroupRequest { Name = "europe", NewName = "EUROPE" }, cancellationToken: Token)).Changed);
    }

    [Fact]
    public async Task Move_GroupWithGroupsInIt_ApprovalsOfOtherGroupsAboveCount()
    {
        await using var root = await RunningServer.RootAsync();
        var (old, fresh) = (await ApprovedAsync(root, "Old"), await ApprovedAsync(root, "New"));
        foreach (var (name, parent) in new[] { ("Europe", "Old"), ("Berlin", "Europe") })
            await root.Admin.AddGroupAsync(new AddGroupRequest { Name = name, Parent = parent }, cancellationToken: Token);
        await ReportAsync(root, "pc", "Berlin");
        await ReportAsync(root, "other", "New");
        var groups = new GroupService.GroupServiceClient(root.Channel);
        var client = new ClientOf("pc");

        var moved = await groups.MoveGroupAsync(new MoveGroupRequest { Name = "europe", Parent = "new" }, cancellationToken: Token);

        Assert.Equal(("New", true), (moved.Parent, moved.Changed));
        Assert.Equal(new GroupEffect { Computers = 1, UpdatesChanged = 2, UpdatesBegun = 1, UpdatesEnded = 1 }, moved.Effect);
        var decisions = await SyncAsync(root, "pc", "Berlin");
        Assert.Equal((DecisionAction.Evaluate, DecisionAction.Install), (decisions[old], decisions[fresh]));
        Assert.False((await groups.MoveGroupAsync(new MoveGroupRequest { Name = "europe", Parent = "new" }, cancellationToken: Token)).Changed);
        var top = await groups.MoveGroupAsync(new MoveGroupRequest { Name = "europe" }, cancellationToken: Token);
        Assert.Equal("All Computers", top.Parent);
        Assert.Equal(DecisionAction.Evaluate, (await SyncAsync(root, "pc", "Berlin"))[fresh]);
    }

    [Fact]
    public async Task Move_OutOfTheGroupThatRemovesAWithdrawnUpdate_IsTold()
    {
        await using var root = await RunningServer.RootAsync();
        var withdrawn = await root.AddUpdateAsync(publication: "Expired");
        foreach (var (name, parent) in new[] { ("Old", ""), ("New", ""), ("Europe", "Old") })
            await root.Admin.AddGroupAsync(new AddGroupRequest { Name = name, Parent = parent }, cancellationToken: Token);
        var approval = new Domain.Approvals.Approval(withdrawn.UpdateId, root.Views.View.Groups.Find("Old")!.Id, withdrawn.RevisionNumber, Domain.Approvals.ApprovalAction.Uninstall, Deadline: null);
        var committed = await root.Get<IAuthorityLog>().CommitAsync([CatalogRecords.Approval(approval, DateTimeOffset.UnixEpoch, "the test")], Token);
        await root.Views.WaitForAsync(committed.Head.Position, Token);
        await ReportAsync(root, "pc", "Europe");
        var groups = new GroupService.GroupServiceClient(root.Channel);

        var there = await groups.MoveGroupAsync(new MoveGroupRequest { Name = "Europe", Parent = "New" }, cancellationToken: Token);
        var back = await groups.MoveGroupAsync(new MoveGroupRequest { Name = "Europe", Parent = "Old" }, cancellationToken: Token);

        Assert.Equal(new GroupEffect { Computers = 1, UpdatesChanged = 1, UpdatesEnded = 1 }, there.Effect);
        Assert.Equal(new GroupEffect { Computers = 1, UpdatesChanged = 1, UpdatesBegun = 1 }, back.Effect);
    }

    [Fact]
    public async Task Delete_GroupThatIsUsed_TakesItsApprovalsAndLeavesItsComputersUnassigned()
    {
        await using var root = await RunningServer.RootAsync();
        var (update, kept) = (await ApprovedAsync(root, "Pilot"), await ApprovedAsync(root, "Servers"));
        await AssignAsync(root, "alone", "Pilot");
        await AssignAsync(root, "both", "Pilot", "Servers");
        await ReportAsync(root, "alone", "Servers"); // What it names counts no more than before.
        var groups = new GroupService.GroupServiceClient(root.Channel);
        var before = root.Log.Head.Position;

        var said = await groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "pilot", WhatIf = true }, cancellationToken: Token);

        Assert.Equal(new GroupEffect { ApprovalsRemoved = 1, AssignmentsChanged = 2, Computers = 2, ComputersUnassigned = 1, UpdatesChanged = 1, UpdatesEnded = 1 }, said.Effect);
        Assert.Equal((0, before), (said.Transactions, root.Log.Head.Position));

        var done = await groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "pilot" }, cancellationToken: Token);

        Assert.Equal((said.Effect, 1), (done.Effect, done.Transactions));
        Assert.Null(root.Views.View.Groups.Find("Pilot"));
        Assert.Empty(root.Views.View.Updates[update.UpdateId].Approvals);
        Assert.Equal([DecisionAction.Evaluate, DecisionAction.Evaluate], (await SyncAsync(root, "alone", "Servers")).Values);
        var both = await SyncAsync(root, "both");
        Assert.Equal((DecisionAction.Evaluate, DecisionAction.Install), (both[update], both[kept]));
    }

    [Fact]
    public async Task Delete_MoreThanATransactionHolds_GoesInWholeTransactions()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var update = await ApprovedAsync(root, "Pilot");
        var pilot = root.Views.View.Groups.Find("Pilot")!; // Added just above.
        var log = root.Get<IAuthorityLog>();
        foreach (var part in Enumerable.Range(0, 2500).Chunk(500))
            await log.CommitAsync([.. part.Select(number => CatalogRecords.Assignment(new GroupAssignment($"pc-{number:0000}", $"pc-{number:0000}", [pilot.Id])))], Token);

        var done = await new GroupService.GroupServiceClient(root.Channel).DeleteGroupAsync(new DeleteGroupRequest { Name = "Pilot" }, cancellationToken: Token);

        Assert.Equal((1, 2500, 3), (done.Effect.ApprovalsRemoved, done.Effect.AssignmentsChanged, done.Transactions));
        await replica.EqualsAsync(root);
        Assert.All(replica.Views.View.Assignments, pair => Assert.Equal([TargetGroup.UnassignedComputers.Id], pair.Value.GroupIds));
        Assert.Null(replica.Views.View.Groups.Find("Pilot"));
        Assert.Equal(DecisionAction.Evaluate, (await SyncAsync(replica, "pc-0001"))[update]);
    }

    [Fact]
    public async Task Changes_ThatMakeNoSense_AreRefusedAndChangeNothing()
    {
        await using var root = await RunningServer.RootAsync();
        foreach (var (name, parent) in new[] { ("Europe", ""), ("Berlin", "Europe"), ("Mitte", "Berlin") })
            await root.Admin.AddGroupAsync(new AddGroupRequest { Name = name, Parent = parent }, cancellationToken: Token);
        var groups = new GroupService.GroupServiceClient(root.Channel);
        var before = root.Log.Head.Position;

        await RefusedAsync(StatusCode.AlreadyExists, "'Berlin'", new RenameGroupRequest { Name = "Mitte", NewName = "berlin" });
        await RefusedAsync(StatusCode.NotFound, "'Nobody'", new RenameGroupRequest { Name = "Nobody", NewName = "Somebody" });
        await RefusedAsync(StatusCode.InvalidArgument, "';'", new RenameGroupRequest { Name = "Mitte", NewName = "a;b" });
        await RefusedAsync(StatusCode.InvalidArgument, "1 to 256", new RenameGroupRequest { Name = "Mitte", NewName = " " });
        await RefusedAsync(StatusCode.FailedPrecondition, "comes with the server", new RenameGroupRequest { Name = "All Computers", NewName = "Everybody" });
        await RefusedAsync(StatusCode.FailedPrecondition, "in itself", new MoveGroupRequest { Name = "Europe", Parent = "europe" });
        await RefusedAsync(StatusCode.FailedPrecondition, "'Mitte' is in 'Europe'", new MoveGroupRequest { Name = "Europe", Parent = "Mitte" });
        await RefusedAsync(StatusCode.FailedPrecondition, "'Mitte' is in 'Europe'", new MoveGroupRequest { Name = "Europe", Parent = "Mitte", WhatIf = true });
        await RefusedAsync(StatusCode.FailedPrecondition, "no group goes into it", new MoveGroupRequest { Name = "Europe", Parent = "Unassigned Computers" });
        await RefusedAsync(StatusCode.FailedPrecondition, "comes with the server", new MoveGroupRequest { Name = "Unassigned Computers", Parent = "Europe" });
        await RefusedAsync(StatusCode.NotFound, "'Nobody'", new MoveGroupRequest { Name = "Europe", Parent = "Nobody" });
        await RefusedAsync(StatusCode.FailedPrecondition, "'Mitte' is in 'Berlin'", new DeleteGroupRequest { Name = "Berlin" });
        await RefusedAsync(StatusCode.FailedPrecondition, "comes with the server", new DeleteGroupRequest { Name = "All Computers" });
        await RefusedAsync(StatusCode.InvalidArgument, "server, client or either", new SetTargetingRequest());
        Assert.Equal(before, root.Log.Head.Position);

        async Task RefusedAsync(StatusCode code, string said, IMessage request)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => SendAsync(groups, request));
            Assert.Equal(code, refused.StatusCode);
            Assert.Contains(said, refused.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Changes_AtAReplica_AreRefusedAndNameTheRootAndAtAnAutonomousServerGroupsAreItsOwn()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await Eventually.HoldsAsync("both know the root and the group", () => replica.Views.View.Servers.Count == 3 && lab.Views.View.Servers.Count == 3 && replica.Views.View.Groups.Find("Pilot") is not null);
        var groups = new GroupService.GroupServiceClient(replica.Channel);
        IMessage[] requests =
        [
            new RenameGroupRequest { Name = "Pilot", NewName = "Other" }, new MoveGroupRequest { Name = "Pilot" }, new DeleteGroupRequest { Name = "Pilot", WhatIf = true },
            new SetTargetingRequest { Targeting = Protocol.Catalog.V1.Targeting.Server },
        ];
        foreach (var request in requests)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => SendAsync(groups, request));
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains(root.GrpcUrl, refused.Status.Detail, StringComparison.Ordinal);
        }

        var own = new GroupService.GroupServiceClient(lab.Channel);
        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await own.RenameGroupAsync(new RenameGroupRequest { Name = "Pilot", NewName = "Bench" }, cancellationToken: Token);
        Assert.NotNull(lab.Views.View.Groups.Find("Bench"));
        Assert.NotNull(root.Views.View.Groups.Find("Pilot"));
        var switched = await Assert.ThrowsAsync<RpcException>(() => SendAsync(own, requests[3]));
        Assert.Contains(root.GrpcUrl, switched.Status.Detail, StringComparison.Ordinal);
        await own.DeleteGroupAsync(new DeleteGroupRequest { Name = "Bench" }, cancellationToken: Token);
        Assert.Null(lab.Views.View.Groups.Find("Bench"));
    }

    internal static async Task<RevisionId> ApprovedAsync(RunningServer root, string group)
    {
        var update = await root.AddUpdateAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = group }, cancellationToken: Token);
        await root.Admin.ApproveAsync(new ApproveRequest { Update = $"{update.UpdateId}", Group = group }, cancellationToken: Token);
        return update;
    }

    internal static async Task AssignAsync(RunningServer root, string computer, params string[] groups)
    {
        var assignment = new ComputerAssignment { ComputerId = computer, Name = computer };
        assignment.Groups.Add(groups);
        await root.Admin.AssignComputersAsync(new AssignComputersRequest { Computers = { assignment } }, cancellationToken: Token);
    }

    internal static async Task ReportAsync(RunningServer server, string computer, params string[] groups)
    {
        var request = new ReportRequest { ClientId = computer, Incarnation = 1, Counter = 1, Name = computer };
        request.Groups.Add(groups);
        await server.Client.ReportAsync(request, cancellationToken: Token);
    }

    /// <summary>What the server decides for a computer that names these groups and has nothing yet.</summary>
    internal static async Task<Dictionary<RevisionId, DecisionAction>> SyncAsync(RunningServer server, string computer, params string[] groups)
    {
        var request = new SyncRequest { ClientId = computer, Name = computer };
        request.Groups.Add(groups);
        var decisions = new Dictionary<RevisionId, DecisionAction>();
        using var call = server.Client.Sync(request, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token))
            foreach (var decision in call.ResponseStream.Current.Decisions?.Decisions ?? [])
                decisions[new RevisionId(Positions.Id(decision.UpdateId, "update"), decision.RevisionNumber)] = decision.Action;
        return decisions;
    }

    private static async Task<IMessage> SendAsync(GroupService.GroupServiceClient groups, IMessage request) => request switch
    {
        RenameGroupRequest rename => await groups.RenameGroupAsync(rename, cancellationToken: Token),
        MoveGroupRequest move => await groups.MoveGroupAsync(move, cancellationToken: Token),
        DeleteGroupRequest delete => await groups.DeleteGroupAsync(delete, cancellationToken: Token),
        SetTargetingRequest set => await groups.SetTargetingAsync(set, cancellationToken: Token),
        _ => throw new ArgumentException("not a change of groups"),
    };
}
