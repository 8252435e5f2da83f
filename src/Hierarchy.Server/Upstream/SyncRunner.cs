using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Rules;
using Hierarchy.Server.Succession;
using Hierarchy.Server.Upstream.Decisions;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream;

/// <summary>Runs synchronizations, one at a time, in the background: a caller watches, and may go away. Stops with the server; what was stored stays, and the next run goes on behind it.</summary>
internal sealed partial class SyncRunner(
    IAuthorityLog log, SealedKeys keys, ViewPublisher views, DecisionDesk desk, SyncJournal journal, UpstreamOptions options, TimeProvider time, ILoggerFactory loggers, AuditTrail trail,
    DecisionSync? decisions = null, AuthorityStanding? standing = null, RuleRunner? rules = null) : IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<SyncRunner>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new(); // Guards the run.
    private RunningSync? _run;
    private bool _isWatching;

    /// <summary>Where the catalog comes from.</summary>
    public Uri Upstream => options.Address;

    /// <summary>The run under way; null when none is.</summary>
    public RunningSync? Current
    {
        get
        {
            lock (_lock) return _run is { IsFinished: false } run ? run : null;
        }
    }

    /// <summary>Starts a run; null when one is under way.</summary>
    public RunningSync? TryStart(SyncRequest request)
    {
        lock (_lock)
        {
            if (_run is { IsFinished: false } || _stopping.IsCancellationRequested) return null;
            if (log.Halted is not null) return null;
            Watch();
            _run?.Dispose();
            var run = new RunningSync(request, time, _stopping.Token);
            run.Completion = Task.Run(() => RunAsync(run));
            return _run = run;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isWatching) standing!.Changed -= OnSuperseded; // it is watched
        await _stopping.CancelAsync();
        RunningSync? run;
        lock (_lock) run = _run;
        if (run is not null) await run.Completion;
        run?.Dispose();
        _stopping.Dispose();
    }

    // Under the lock.
    private void Watch()
    {
        if (_isWatching || standing is null) return;
        standing.Changed += OnSuperseded;
        _isWatching = true;
    }

    private void OnSuperseded(Supersession superseded) => Current?.Cancel($"the root that took this one's place (epoch {superseded.Epoch})");

    private async Task RunAsync(RunningSync run)
    {
        var summary = run.Summary;
        CatalogSink? sink = null;
        UpstreamClient? client = null;
        try
        {
            await journal.SaveRunAsync(summary, run.Cancellation);
            var filter = await FilterAsync(run.Request, run.Cancellation);
            await views.WaitForAsync(log.Head.Position.Sequence, run.Cancellation);
            using var http = UpstreamHttp.Create(options, time);
            client = new UpstreamClient(http, options, time, loggers.CreateLogger<UpstreamClient>());
            sink = new CatalogSink(log, keys, views.View, journal, await ListQuarantinedAsync(run.Cancellation), options.Address, time, desk.FollowsUpstream ? null : (id, at) => ExpiryRule.DeclineOnRecord(views.View, id, at, trail));
            var sync = new UpstreamSync(client, sink, time, loggers.CreateLogger<UpstreamSync>());
            var anchors = await journal.LoadAnchorsAsync(options.Address, log, run.Cancellation);
            var result = await sync.RunAsync(filter, anchors, run, run.Cancellation);
            if (decisions is not null && filter.ListsUpdates) await decisions.TakeAsync(client.GetDeploymentsAsync, result.Anchors, run.Cancellation);
            if (rules is not null) await rules.AfterSyncAsync(summary, run.Cancellation);
            summary.Outcome = SyncOutcome.Succeeded;
            if (run.Request.Imports.Count > 0) await FollowAsync(run, result.NotFound);
        }
        catch (OperationCanceledException) when (run.Cancellation.IsCancellationRequested)
        {
            var isStopped = run.CancelledBy is null;
            summary.Outcome = isStopped ? SyncOutcome.Interrupted : SyncOutcome.Cancelled;
            summary.Error = $"{(isStopped ? "The server stopped during this synchronization" : $"Stopped by {run.CancelledBy}")}; the next one goes on behind what was stored.";
        }
        catch (Exception exception) when (log.Halted is not null && exception is Grpc.Core.RpcException or SupersededException)
        {
            // It was refused a decision before it heard that it is to stop.
            (summary.Outcome, summary.Error) = (SyncOutcome.Cancelled, $"Stopped by the root that took this one's place. {log.Halted}");
        }
        catch (Exception exception) when (exception is IntegrityException or UnavailableException)
        {
            (summary.Outcome, summary.Error) = (SyncOutcome.Failed, exception.Message);
            Log.Failed(_logger, options.Address, exception.Message);
        }
        catch (Exception exception)
        {
            (summary.Outcome, summary.Error) = (SyncOutcome.Failed, "The synchronization broke off on a defect of this program; the server's log says where.");
            Log.Broken(_logger, exception);
        }
        finally
        {
            summary.NewUpdates = sink?.NewUpdates ?? 0;
            summary.RevisedUpdates = sink?.RevisedUpdates ?? 0;
            summary.ExpiredUpdates = sink?.ExpiredUpdates ?? 0;
            summary.Quarantined = sink?.Quarantined ?? 0;
            summary.Bytes = client?.BytesReceived ?? 0;
            client?.Dispose();
            await FinishAsync(run);
        }
    }

    // A server that died between storing a revision and taking it out of quarantine has it in both.
    private async Task<IReadOnlyList<Protocol.Admin.V1.QuarantinedDocument>> ListQuarantinedAsync(CancellationToken cancellationToken)
    {
        var listed = await journal.ListQuarantinedAsync(cancellationToken);
        var stored = listed.Where(document => views.View.Find(SyncJournal.IdOf(document)) is not null).ToArray();
        await journal.ReleaseAsync([.. stored.Select(SyncJournal.IdOf)], cancellationToken);
        return [.. listed.Except(stored)];
    }

    private async Task<SyncFilter> FilterAsync(SyncRequest request, CancellationToken cancellationToken)
    {
        switch (request.Reason)
        {
            case SyncReason.Categories:
                return SyncFilter.Everything with { ListsUpdates = false };
            case SyncReason.Import:
                return SyncFilter.Everything with { ListsUpdates = false, Imported = request.Imports.ToHashSet() };
            case SyncReason.Retry:
                var quarantined = await journal.ListQuarantinedAsync(cancellationToken);
                return SyncFilter.Everything with
                {
                    ListsUpdates = false,
                    Again = [.. quarantined.Select(SyncJournal.IdOf)],
                };
        }

        // The whole tree acts on the choice: the defaults stand in the log from the first synchronization on.
        var outcome = await desk.DecideAsync(
            new DecisionIntent("sync run", request.RequestedBy.Length > 0 ? request.RequestedBy : "the schedule"),
            view => (ChosenUpdates.FilterOf(view, desk.FollowsUpstream), view.Selection is null ? [SyncRecords.Selection(ChosenUpdates.Of(view, desk.FollowsUpstream))] : (IReadOnlyList<Change>)[]), cancellationToken);
        return outcome.Result;
    }

    /// <summary>What was imported is followed from now on. Its record comes last: an id that the upstream does not know leaves nothing behind.</summary>
    private async Task FollowAsync(RunningSync run, IReadOnlyList<Guid> notFound)
    {
        var found = run.Request.Imports.Except(notFound).ToArray();
        await desk.DecideAsync<int>(
            new DecisionIntent("updates import", run.Request.RequestedBy),
            view => (0, [.. found.Where(id => !view.Imported.ContainsKey(id)).Select(id => SyncRecords.Imported(new ImportedUpdate(id, time.GetUtcNow(), run.Request.RequestedBy)))]),
            run.Cancellation);
        if (notFound.Count == 0) return;
        run.Summary.Outcome = SyncOutcome.Failed;
        run.Summary.Error = $"The upstream {options.Address} does not know {string.Join(", ", notFound.Select(id => id.ToString("D")))}{(found.Length > 0 ? $"; the other {found.Length} were imported" : "; nothing was imported")}. Check the id in the Update Catalog; a WSUS server as upstream has only what it took itself.";
    }

    private async Task FinishAsync(RunningSync run)
    {
        run.Summary.EndedAt = time.GetUtcNow().ToTimestamp();
        run.Summary.Position = log.Head.Position.ToProto();
        try
        {
            // The caller hears of the end when what was stored is also served.
            await views.WaitForAsync(log.Head.Position.Sequence, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The server stops: nobody asks it any more.
        }

        try
        {
            await journal.SaveRunAsync(run.Summary, CancellationToken.None);
        }
        catch (UnavailableException exception)
        {
            Log.NotKept(_logger, exception.Message);
        }

        run.Finish();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1401, Level = LogLevel.Warning, Message = "The synchronization with {Upstream} failed: {Reason}")]
        public static partial void Failed(ILogger logger, Uri upstream, string reason);

        [LoggerMessage(EventId = 1402, Level = LogLevel.Error, Message = "The synchronization broke off.")]
        public static partial void Broken(ILogger logger, Exception exception);

        [LoggerMessage(EventId = 1403, Level = LogLevel.Warning, Message = "The end of a synchronization could not be kept in the history: {Reason}")]
        public static partial void NotKept(ILogger logger, string reason);
    }
}
