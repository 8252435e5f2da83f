using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Upstream;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Who ran what and how it went; stopping one; trying documents again.</summary>
public sealed class SyncHistoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task History_AfterRuns_TellsWhyAndWhoAsked()
    {
        await using var upstream = await UpstreamAsync();
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);

        await RunAsync(root, new RunSyncRequest { CategoriesOnly = true, RequestedBy = "ann@desk" });
        await RunAsync(root, new RunSyncRequest { RequestedBy = "bob@desk" });

        var runs = (await root.Admin.ListSyncRunsAsync(new ListSyncRunsRequest(), cancellationToken: Token)).Runs;
        Assert.Equal([(SyncReason.Manual, "bob@desk"), (SyncReason.Categories, "ann@desk")], runs.Select(run => (run.Reason, run.RequestedBy)));
        Assert.All(runs, run => Assert.Equal(SyncOutcome.Succeeded, run.Outcome));
        Assert.Equal(upstream.Library.Count, runs.Sum(run => run.NewUpdates));
        Assert.Single((await root.Admin.ListSyncRunsAsync(new ListSyncRunsRequest { Most = 1 }, cancellationToken: Token)).Runs);
    }

    [Fact]
    public async Task Run_WhileOneRuns_IsRefusedWithWhoRunsAndCancelStopsIt()
    {
        await using var upstream = await UpstreamAsync(TimeSpan.FromSeconds(5));
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        using var call = root.Admin.RunSync(new RunSyncRequest { RequestedBy = "ann@desk" }, cancellationToken: Token);
        await call.ResponseStream.MoveNext(Token);

        var refused = await Assert.ThrowsAsync<RpcException>(() => RunAsync(root, new RunSyncRequest { RequestedBy = "bob@desk" }));
        var cancelled = await root.Admin.CancelSyncAsync(new CancelSyncRequest { RequestedBy = "bob@desk" }, cancellationToken: Token);
        var watched = (await call.ResponseStream.ReadAllAsync(Token).LastAsync(Token)).Finished;

        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
        Assert.Contains("ann@desk", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(SyncOutcome.Cancelled, cancelled.Run.Outcome);
        Assert.Contains("bob@desk", cancelled.Run.Error, StringComparison.Ordinal);
        Assert.Equal(cancelled.Run, watched);
        var none = await Assert.ThrowsAsync<RpcException>(async () => await root.Admin.CancelSyncAsync(new CancelSyncRequest(), cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, none.StatusCode);
    }

    [Fact]
    public async Task Quarantine_RevisionThatWasStoredBeforeTheServerDied_IsReleasedByTheNextRun()
    {
        await using var upstream = await UpstreamAsync();
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await RunAsync(root, new RunSyncRequest());
        var stored = root.Views.View.Updates.Values.First(update => update.Latest is not null).Latest!.Id;
        await root.Get<SyncJournal>().QuarantineAsync(
            stored,
            new QuarantinedDocument { Identity = new Protocol.Catalog.V1.Identity { UpdateId = Hierarchy.Replication.Wire.Positions.Id(stored.UpdateId), RevisionNumber = stored.RevisionNumber }, Reason = "not understood" },
            Token);

        await RunAsync(root, new RunSyncRequest());

        Assert.Empty((await root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Token)).Quarantined);
    }

    [Fact]
    public async Task Retry_DocumentThatWasMended_LeavesTheQuarantine()
    {
        await using var upstream = await UpstreamAsync();
        var bad = Guid.NewGuid();
        upstream.Library.Publish(SourceDocument.Parse(
            $"""
            <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{bad}" RevisionNumber="1" /><upd:Properties UpdateType="Software" />
            <upd:Relationships><upd:Prerequisites><upd:AtLeastOne></upd:AtLeastOne></upd:Prerequisites></upd:Relationships></upd:Update>
            """));
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        Assert.Equal(1, (await RunAsync(root, new RunSyncRequest())).Quarantined);

        var again = await RetryAsync(root);

        Assert.Equal((SyncReason.Retry, 1, 0), (again.Reason, again.Quarantined, again.NewUpdates));
        await root.Get<SyncJournal>().ReleaseAsync([new Domain.Catalog.RevisionId(bad, 1)], Token);
        var none = await Assert.ThrowsAsync<RpcException>(() => RetryAsync(root));
        Assert.Equal(StatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task Journal_RunWithoutAnEnd_WasInterrupted()
    {
        using var folder = new TemporaryFolder();
        await using var state = SqliteLocalState.Open(new SqliteStoreOptions { Path = folder["local.db"] });
        var journal = new SyncJournal(state);
        await journal.SaveRunAsync(new SyncRun { StartedAt = Timestamp.FromDateTime(DateTime.UnixEpoch), Outcome = SyncOutcome.Running, Reason = SyncReason.Scheduled }, Token);

        await journal.CloseInterruptedAsync(Token);

        var run = Assert.Single(await journal.ListRunsAsync(10, Token));
        Assert.Equal(SyncOutcome.Interrupted, run.Outcome);
        Assert.NotEqual("", run.Error);
    }

    [Fact]
    public async Task Schedule_SetAndOff_IsKept()
    {
        using var folder = new TemporaryFolder();
        await using (var root = await RunningServer.RootAsync(folder.Path))
        {
            var set = await root.Admin.SetSyncScheduleAsync(new SetSyncScheduleRequest { Schedule = new SyncSchedule { TimesADay = 4, FirstMinute = 90 } }, cancellationToken: Token);
            Assert.NotNull(set.Next);
        }

        await using var again = await RunningServer.RootAsync(folder.Path);
        var kept = await again.Admin.GetSyncScheduleAsync(new GetSyncScheduleRequest(), cancellationToken: Token);
        Assert.Equal((4, 90), (kept.Schedule.TimesADay, kept.Schedule.FirstMinute));
        Assert.NotNull(kept.Next);
        Assert.Null((await again.Admin.SetSyncScheduleAsync(new SetSyncScheduleRequest { Schedule = new SyncSchedule() }, cancellationToken: Token)).Next);
        foreach (var wrong in new[] { new SyncSchedule { TimesADay = 25 }, new SyncSchedule { TimesADay = 1, FirstMinute = 1440 } })
            await Assert.ThrowsAsync<RpcException>(async () => await again.Admin.SetSyncScheduleAsync(new SetSyncScheduleRequest { Schedule = wrong }, cancellationToken: Token));
    }

    private static async Task<SyncRun> RunAsync(RunningServer server, RunSyncRequest request)
    {
        using var call = server.Admin.RunSync(request, cancellationToken: Token);
        return (await call.ResponseStream.ReadAllAsync(Token).LastAsync(Token)).Finished;
    }

    private static async Task<SyncRun> RetryAsync(RunningServer server)
    {
        using var call = server.Admin.RetryQuarantined(new RetryQuarantinedRequest { RequestedBy = "ann@desk" }, cancellationToken: Token);
        return (await call.ResponseStream.ReadAllAsync(Token).LastAsync(Token)).Finished;
    }

    private static Task<MicrosoftUpdateServer> UpstreamAsync(TimeSpan latency = default) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), new MicrosoftUpdateOptions { Latency = latency }, Token);
}
