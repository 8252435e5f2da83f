using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using Position = Hierarchy.Protocol.Feed.V1.Position;

namespace Hierarchy.Tests.Server;

/// <summary>What a client is sent: the difference of two decision sets.</summary>
public sealed class ClientSyncTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_FirstTime_TellsEverythingAsEvaluate()
    {
        await using var root = await RunningServer.RootAsync();
        var one = await root.AddUpdateAsync();
        var two = await root.AddUpdateAsync();

        var sync = await SyncAsync(root, "Pilot");

        Assert.True(sync.Started.Full);
        Assert.Equal(["Unassigned Computers"], sync.Started.Groups);
        Assert.Equal(new HashSet<RevisionId> { one, two }, sync.Decisions.Keys.ToHashSet());
        Assert.All(sync.Decisions.Values, decision => Assert.Equal(DecisionAction.Evaluate, decision.Action));
    }

    [Fact]
    public async Task Sync_ApprovedSince_TellsThatAlone()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        var one = await root.AddUpdateAsync();
        await root.AddUpdateAsync();
        var first = await SyncAsync(root, "Pilot");

        await ApproveAsync(root, one, "Pilot", ApprovalAction.Install);
        var second = await SyncAsync(root, "Pilot", first);

        Assert.False(second.Started.Full);
        Assert.Equal(DecisionAction.Install, Assert.Single(second.Decisions).Value.Action);
        Assert.Equal(one, second.Decisions.Keys.Single());
        Assert.Empty((await SyncAsync(root, "Pilot", second)).Decisions);
    }

    [Fact]
    public async Task Sync_DeclinedSince_WithdrawsAndTheHashFollowsTheDecision()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        var id = await root.AddUpdateAsync();
        var first = await SyncAsync(root, "Pilot");
        await ApproveAsync(root, id, "Pilot", ApprovalAction.Install);
        var approved = await SyncAsync(root, "Pilot", first);

        await root.Admin.DeclineAsync(new DeclineRequest { Update = id.UpdateId.ToString() }, cancellationToken: Token);
        var declined = await SyncAsync(root, "Pilot", approved);
        await root.Admin.DeclineAsync(new DeclineRequest { Update = id.UpdateId.ToString(), Undo = true }, cancellationToken: Token);
        var back = await SyncAsync(root, "Pilot", declined);

        Assert.NotEqual(first.Decisions[id].DecisionHash, approved.Decisions[id].DecisionHash);
        Assert.Equal([first.Decisions[id].RevisionId], declined.Withdrawn);
        Assert.Empty(declined.Decisions);
        Assert.Equal(first.Decisions[id], back.Decisions[id]);
    }

    [Fact]
    public async Task Sync_NewRevision_ReplacesTheOldOneAndKeepsTheApproval()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync();
        await ApproveAsync(root, id, "All Computers", ApprovalAction.Install);
        var first = await SyncAsync(root, "");

        var next = await root.AddUpdateAsync(id.UpdateId, revision: 101);
        var second = await SyncAsync(root, "", first);

        Assert.Equal([first.Decisions[id].RevisionId], second.Withdrawn);
        Assert.Equal(DecisionAction.Install, second.Decisions[next].Action);
    }

    [Fact]
    public async Task Sync_OtherGroups_TellsEverythingAnew()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await root.AddUpdateAsync();
        var first = await SyncAsync(root, "");

        Assert.True((await SyncAsync(root, "Pilot", first)).Started.Full);
    }

    [Fact]
    public async Task Sync_ClientIsAhead_IsToldSoAndNothingElse()
    {
        await using var root = await RunningServer.RootAsync();
        await root.AddUpdateAsync();
        var first = await SyncAsync(root, "");
        var ahead = first.Position.Clone();
        ahead.Sequence += 100;

        using var call = root.Client.Sync(new SyncRequest { ClientId = "c", Position = ahead, ScopeHash = first.Started.ScopeHash }, cancellationToken: Token);

        Assert.True(await call.ResponseStream.MoveNext(Token));
        Assert.Equal(SyncResponse.EventOneofCase.Behind, call.ResponseStream.Current.EventCase);
        Assert.False(await call.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task Sync_Follow_HearsAnApprovalThroughAReplica()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the replica is enrolled", () => root.Views.View.Servers.Count == 2);
        await replica.EqualsAsync(root);

        using var call = replica.Client.Sync(new SyncRequest { ClientId = "c", Follow = true }, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token) && call.ResponseStream.Current.EventCase != SyncResponse.EventOneofCase.Completed) { }

        await ApproveAsync(root, id, "All Computers", ApprovalAction.Install);
        DecisionBatch batch;
        do
        {
            Assert.True(await call.ResponseStream.MoveNext(Token));
            batch = call.ResponseStream.Current.Decisions;
        }
        while (batch.Decisions.Count == 0);

        Assert.Equal(DecisionAction.Install, Assert.Single(batch.Decisions).Action);
        Assert.Equal(root.Log.Head.Position.Sequence, batch.Checkpoint.Position.Sequence);
    }

    [Fact]
    public async Task Sync_Follow_GroupMoves_EndsSoThatTheClientAsksAnew()
    {
        await using var root = await RunningServer.RootAsync();
        using var call = root.Client.Sync(new SyncRequest { ClientId = "c", Follow = true, Groups = { "Pilot" } }, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token) && call.ResponseStream.Current.EventCase != SyncResponse.EventOneofCase.Completed) { }

        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);

        while (await call.ResponseStream.MoveNext(Token)) Assert.Empty(call.ResponseStream.Current.Decisions.Decisions);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Sync_AssignedSince_TellsEverythingAnewByTheAssignment()
    {
        await using var root = await RunningServer.RootAsync();
        var pilot = await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        var id = await root.AddUpdateAsync();
        await ApproveAsync(root, id, "Pilot", ApprovalAction.Install);
        var before = await SyncAsync(root, "");

        await AssignAsync(root, "CLIENT-1", Positions.Id(pilot.Group.Record.GroupId, "group"));
        var after = await SyncAsync(root, "", before);

        Assert.True(after.Started.Full);
        Assert.Equal(["Pilot"], after.Started.Groups);
        Assert.Equal(DecisionAction.Install, after.Decisions[id].Action);
        Assert.NotEqual(before.Started.ScopeHash, after.Started.ScopeHash);
    }

    [Fact]
    public async Task Sync_Follow_ComputerIsAssigned_EndsForThatOneAlone()
    {
        await using var root = await RunningServer.RootAsync();
        var pilot = await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        using var assigned = root.Client.Sync(new SyncRequest { ClientId = "c", Follow = true }, cancellationToken: Token);
        using var other = root.Client.Sync(new SyncRequest { ClientId = "d", Follow = true }, cancellationToken: Token);
        while (await other.ResponseStream.MoveNext(Token) && other.ResponseStream.Current.EventCase != SyncResponse.EventOneofCase.Completed) { }

        var position = await AssignAsync(root, "c", Positions.Id(pilot.Group.Record.GroupId, "group"));

        while (await assigned.ResponseStream.MoveNext(Token)) { }
        Assert.Equal(StatusCode.OK, assigned.GetStatus().StatusCode);
        Assert.True(await other.ResponseStream.MoveNext(Token));
        Assert.Equal(position, other.ResponseStream.Current.Decisions.Checkpoint.Position.Sequence);
    }

    [Fact]
    public async Task GetRevisions_KnownAndUnknown_SendsTheRecordsVerbatim()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync(title: "Verbatim");
        var number = root.Views.View.Find(id)!.RevisionId; // It was just added.

        using var call = root.Client.GetRevisions(new GetRevisionsRequest { RevisionIds = { number, 4711 } }, cancellationToken: Token);
        var payloads = new List<RevisionPayload>();
        while (await call.ResponseStream.MoveNext(Token)) payloads.Add(call.ResponseStream.Current);

        var payload = Assert.Single(payloads);
        Assert.Equal(number, payload.RevisionId);
        Assert.Contains("Verbatim", RevisionRecords.ReadDocument(payload.Payload.Memory), StringComparison.Ordinal);
    }

    private static async Task<long> AssignAsync(RunningServer root, string computerId, Guid groupId)
    {
        var committed = await root.Get<IAuthorityLog>().CommitAsync([CatalogRecords.Assignment(new GroupAssignment(computerId, "pc", [groupId]))], Token);
        await root.Views.WaitForAsync(committed.Head.Position.Sequence, Token);
        return committed.Head.Position.Sequence;
    }

    private static Task<ApproveResponse> ApproveAsync(RunningServer server, RevisionId id, string group, ApprovalAction action) =>
        server.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = group, Action = action }, cancellationToken: Token).ResponseAsync;

    private static async Task<Synced> SyncAsync(RunningServer server, string group, Synced? before = null)
    {
        var request = new SyncRequest { ClientId = "client-1", Groups = { group }, Position = before?.Position, ScopeHash = before?.Started.ScopeHash ?? Google.Protobuf.ByteString.Empty };
        using var call = server.Client.Sync(request, cancellationToken: Token);
        SyncStarted? started = null;
        Position? position = null;
        var decisions = new Dictionary<RevisionId, Decision>();
        var withdrawn = new List<int>();
        while (await call.ResponseStream.MoveNext(Token))
        {
            var response = call.ResponseStream.Current;
            started ??= response.Started;
            position = response.Completed?.Checkpoint.Position ?? position;
            foreach (var decision in response.Decisions?.Decisions ?? [])
                decisions.Add(new RevisionId(Positions.Id(decision.UpdateId, "update"), decision.RevisionNumber), decision);
            withdrawn.AddRange(response.Decisions?.Withdrawn ?? []);
        }

        Assert.NotNull(started);
        Assert.NotNull(position);
        return new Synced(started, position, decisions, withdrawn);
    }

    private sealed record Synced(SyncStarted Started, Position Position, Dictionary<RevisionId, Decision> Decisions, List<int> Withdrawn);
}
