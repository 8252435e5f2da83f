using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Xunit;

namespace Hierarchy.Tests.Server.Decisions;

/// <summary>How decisions go on by themselves, at whole servers: new revisions, and updates that expire.</summary>
public sealed class DecisionSettingsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Revisions_Kept_ComputersGetTheApprovedOneUntilTheNewestIsApproved()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var first = await ApprovedAsync(root);
        await root.AddUpdateAsync(first.UpdateId, revision: 101);
        Assert.Equal((101, DecisionAction.Install), await ToldAsync(root, first));

        // By the switch nothing changes for anybody: the approval is moved first, and stays who approved it.
        var set = await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepApprovedRevisions = true, RequestedBy = "me" }, cancellationToken: Token);
        Assert.Equal((true, 1), (set.Changed, set.ApprovalsMoved));
        var approval = Assert.Single((await root.Admin.GetUpdateAsync(new GetUpdateRequest { Update = $"{first.UpdateId}" }, cancellationToken: Token)).Update.Approvals).Record;
        Assert.Equal((101, "admin@console"), (approval.RevisionNumber, approval.ApprovedBy));
        Assert.Equal((101, DecisionAction.Install), await ToldAsync(root, first));

        await root.AddUpdateAsync(first.UpdateId, revision: 102);
        await replica.EqualsAsync(root);
        foreach (var server in new[] { root, replica })
            Assert.Equal((101, DecisionAction.Install), await ToldAsync(server, first));
        await root.Client.ReportAsync(new ReportRequest { ClientId = "pc", Incarnation = 1, Counter = 1, Name = "pc" }, cancellationToken: Token);
        var explained = await SettingsOf(root).ExplainDecisionAsync(new ExplainDecisionRequest { Computer = "pc", Update = $"{first.UpdateId}" }, cancellationToken: Token);
        Assert.Equal(101, explained.RevisionNumber);
        Assert.Contains("it gets revision 101, and revision 102 when that is approved", string.Join(' ', explained.Reasons), StringComparison.Ordinal);

        await root.Admin.ApproveAsync(new ApproveRequest { Update = $"{first.UpdateId}", Group = "All Computers" }, cancellationToken: Token);
        Assert.Equal((102, DecisionAction.Install), await ToldAsync(root, first));
        Assert.False((await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepApprovedRevisions = true }, cancellationToken: Token)).Changed);
        Assert.Equal(new DecisionSettingsRecord { KeepApprovedRevisions = true }, (await SettingsOf(replica).GetDecisionSettingsAsync(new GetDecisionSettingsRequest(), cancellationToken: Token)).Settings);
    }

    [Fact]
    public async Task Revisions_KeptOfManyApprovals_AreMovedInWholeTransactionsAndTheSettingsComeLast()
    {
        await using var root = await RunningServer.RootAsync();
        var log = root.Get<IAuthorityLog>();
        var updates = new List<RevisionId>();
        for (var i = 0; i < 3; i++) updates.Add(await root.AddUpdateAsync(title: $"Update {i}"));
        Guid[] groups = [.. Enumerable.Range(1, 400).Select(number => new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))];
        foreach (var update in updates)
            await log.CommitAsync([.. groups.Select(group => CatalogRecords.Approval(new(update.UpdateId, group, 100, Domain.Approvals.ApprovalAction.Install, null), DateTimeOffset.UnixEpoch, "me"))], Token);
        foreach (var update in updates) await root.AddUpdateAsync(update.UpdateId, revision: 101);

        var set = await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepApprovedRevisions = true }, cancellationToken: Token);

        Assert.Equal(1200, set.ApprovalsMoved);
        Assert.All(root.Views.View.Updates.Values.SelectMany(update => update.Approvals), approval => Assert.Equal(101, approval.RevisionNumber));
        // Behind them stands the entry that says who decided.
        Assert.Equal(log.Head.Position.Sequence - 1, (await log.FindAsync((int)RecordKind.DecisionSettings, Array.Empty<byte>(), Token))!.Value.Sequence); // It was just written.
    }

    [Fact]
    public async Task Revisions_WhatIf_SaysWhatWouldFollowAndChangesNothing()
    {
        await using var root = await RunningServer.RootAsync();
        var first = await ApprovedAsync(root);
        await root.AddUpdateAsync(first.UpdateId, revision: 101);
        await root.Client.ReportAsync(new ReportRequest { ClientId = "pc", Incarnation = 1, Counter = 1, Name = "pc" }, cancellationToken: Token);
        var before = root.Log.Head.Position;

        var kept = await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepApprovedRevisions = true, WhatIf = true }, cancellationToken: Token);

        Assert.Equal((true, 1, new DecisionSettingsRecord { KeepApprovedRevisions = true }), (kept.Changed, kept.ApprovalsMoved, kept.Settings));
        Assert.Equal((1, 0), (kept.Effects.Known, kept.Effects.Computers));
        Assert.Null(kept.Position);
        Assert.Equal(before, root.Log.Head.Position);

        await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepApprovedRevisions = true }, cancellationToken: Token);
        await root.AddUpdateAsync(first.UpdateId, revision: 102);
        before = root.Log.Head.Position;

        var automatic = await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepApprovedRevisions = false, WhatIf = true }, cancellationToken: Token);

        Assert.Equal((true, 0, 1), (automatic.Changed, automatic.ApprovalsMoved, automatic.Effects.Computers));
        Assert.Equal(before, root.Log.Head.Position);
        Assert.Equal((101, DecisionAction.Install), await ToldAsync(root, first));
    }

    [Fact]
    public async Task Settings_WithoutAWordOrOnAReplica_AreRefusedAndNothingChanges()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await replica.EqualsAsync(root);
        var before = root.Log.Head.Position;

        var nothing = await Assert.ThrowsAsync<RpcException>(async () => await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest(), cancellationToken: Token));
        var elsewhere = await Assert.ThrowsAsync<RpcException>(async () => await SettingsOf(replica).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepExpired = true }, cancellationToken: Token));

        Assert.Equal((StatusCode.InvalidArgument, StatusCode.FailedPrecondition), (nothing.StatusCode, elsewhere.StatusCode));
        Assert.Contains(root.GrpcUrl, elsewhere.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before, root.Log.Head.Position);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sync_BringsARevisionThatWithdrawsAnUpdate_DeclinesItInTheSameTransactionUnlessKept(bool keeps)
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 3 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await SyncTests.RunAsync(root);
        var (expiring, other) = (DemoUpdates.IdOf(2), DemoUpdates.IdOf(1));
        foreach (var id in new[] { expiring, other }) await root.Admin.ApproveAsync(new ApproveRequest { Update = $"{id}", Group = "All Computers" }, cancellationToken: Token);
        if (keeps) await SettingsOf(root).SetDecisionSettingsAsync(new SetDecisionSettingsRequest { KeepExpired = true }, cancellationToken: Token);
        upstream.Library.Expire(expiring);
        var transactions = new List<CommittedTransaction>();
        root.Get<IAuthorityLog>().Committed += transactions.Add;

        await SyncTests.RunAsync(root);

        var expired = root.Views.View.Updates[expiring];
        Assert.Equal((!keeps, keeps ? 1 : 0), (expired.IsDeclined, expired.Approvals.Count));
        Assert.False(root.Views.View.Updates[other].IsDeclined);
        if (keeps) return;
        var with = Assert.Single(transactions, transaction => transaction.Records.Any(record => record.Kind == (int)RecordKind.Decline));
        Assert.Contains(with.Records, record => record.Kind == (int)RecordKind.Revision && record.Key.Span.SequenceEqual(expired.Latest!.Id.ToKey())); // It has a revision.
        Assert.Equal("rule: expired", DeclineRecord.Parser.ParseFrom(with.Records.First(record => record.Kind == (int)RecordKind.Decline).Payload!.Value.Span).DeclinedBy); // Declines have a payload.

        // What somebody takes back stays, though its next synchronization sees it expired.
        await root.Admin.DeclineAsync(new DeclineRequest { Update = $"{expiring}", Undo = true }, cancellationToken: Token);
        await SyncTests.RunAsync(root);
        Assert.False(root.Views.View.Updates[expiring].IsDeclined);
    }

    [Fact]
    public async Task AutonomousServer_ParentsCatalogExpiresAnUpdate_DeclinesItItselfAlsoAfterARestart()
    {
        await using var root = await RunningServer.RootAsync();
        var (old, update, later) = (await root.AddUpdateAsync(), await root.AddUpdateAsync(), await root.AddUpdateAsync());
        await root.AddUpdateAsync(old.UpdateId, revision: 101, publication: "Expired");
        using var folder = new TemporaryFolder();
        var lab = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder.Path);
        try
        {
            await Eventually.HoldsAsync("the catalog is there", () => lab.Views.View.Updates.Count == 3);
            await lab.Admin.ApproveAsync(new ApproveRequest { Update = $"{update.UpdateId}", Group = "All Computers" }, cancellationToken: Token);
            await root.AddUpdateAsync(update.UpdateId, revision: 101, publication: "Expired");
            await Eventually.HoldsAsync("it is declined", () => lab.Views.View.Updates[update.UpdateId] is { IsDeclined: true, Approvals.Count: 0 });

            await lab.Admin.DeclineAsync(new DeclineRequest { Update = $"{update.UpdateId}", Undo = true }, cancellationToken: Token);
            await lab.DisposeAsync();
            await root.AddUpdateAsync(later.UpdateId, revision: 101, publication: "Expired");
            lab = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder.Path);
            await Eventually.HoldsAsync("what expired meanwhile is declined", () => lab.Views.View.Updates.GetValueOrDefault(later.UpdateId) is { IsDeclined: true });

            // What had expired before it came, and what was taken back, stays as it is.
            Assert.False(lab.Views.View.Updates[old.UpdateId].IsDeclined);
            Assert.False(lab.Views.View.Updates[update.UpdateId].IsDeclined);
            Assert.False(root.Views.View.Updates[later.UpdateId].IsDeclined);
        }
        finally
        {
            await lab.DisposeAsync();
        }
    }

    private static ApprovalService.ApprovalServiceClient SettingsOf(RunningServer server) => new(server.Channel);

    private static async Task<RevisionId> ApprovedAsync(RunningServer root)
    {
        var id = await root.AddUpdateAsync();
        await root.Admin.ApproveAsync(new ApproveRequest { Update = $"{id.UpdateId}", Group = "All Computers", RequestedBy = "admin@console" }, cancellationToken: Token);
        return id;
    }

    /// <summary>The one revision of the update that a computer is told of.</summary>
    private static async Task<(int, DecisionAction)> ToldAsync(RunningServer server, RevisionId update)
    {
        var (id, action) = Assert.Single(await GroupChangesTests.SyncAsync(server, "pc"), told => told.Key.UpdateId == update.UpdateId);
        return (id.RevisionNumber, action);
    }
}
