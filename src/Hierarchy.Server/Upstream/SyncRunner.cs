using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Upstream.Decisions;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using SyncProgress = Hierarchy.WindowsUpdate.Upstream.SyncProgress;

namespace Hierarchy.Server.Upstream;

/// <summary>Runs synchronizations, one at a time, in the background: a caller watches, and may go away. Stops with the server; what was stored stays, and the next run goes on behind it.</summary>
internal sealed partial class SyncRunner(
    IAuthorityLog log, SealedKeys keys, ViewPublisher views, SyncJournal journal, UpstreamOptions options, SyncFilter filter, TimeProvider time, ILoggerFactory loggers,
    DecisionSync? decisions = null) : IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<SyncRunner>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new(); // Guards the run.
    private Run? _run;

    /// <summary>Where the catalog comes from.</summary>
    public Uri Upstream => options.Address;

    /// <summary>The run under way; null when none is.</summary>
    public Run? Current
    {
        get
        {
            lock (_lock) return _run is { IsFinished: false } run ? run : null;
        }
    }

    /// <summary>Starts a run; null when one is under way.</summary>
    public Run? TryStart()
    {
        lock (_lock)
        {
            if (_run is { IsFinished: false } || _stopping.IsCancellationRequested) return null;
            var run = new Run(new SyncRun { StartedAt = time.GetUtcNow().ToTimestamp() });
            run.Completion = Task.Run(() => RunAsync(run, _stopping.Token));
            return _run = run;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task? completion;
        lock (_lock) completion = _run?.Completion;
        if (completion is not null) await completion;
        _stopping.Dispose();
    }

    private async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        var summary = run.Summary;
        CatalogSink? sink = null;
        UpstreamClient? client = null;
        try
        {
            await journal.SaveRunAsync(summary, cancellationToken);
            await views.WaitForAsync(log.Head.Position.Sequence, cancellationToken);
            using var http = UpstreamHttp.Create(options, time);
            client = new UpstreamClient(http, options, time, loggers.CreateLogger<UpstreamClient>());
            sink = new CatalogSink(log, keys, views.View, journal, await journal.ListQuarantinedAsync(cancellationToken), options.Address, time);
            var sync = new UpstreamSync(client, sink, time, loggers.CreateLogger<UpstreamSync>());
            var anchors = await journal.LoadAnchorsAsync(options.Address, cancellationToken);
            // A replica's products are those of the server that decides for it: its approvals name them all.
            var result = await sync.RunAsync(decisions is null ? filter : SyncFilter.Everything, anchors, run, cancellationToken);
            if (decisions is not null) await decisions.TakeAsync(client.GetDeploymentsAsync, result.Anchors, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            summary.Error = "The server stopped during this synchronization; the next one goes on behind what was stored.";
        }
        catch (Exception exception) when (exception is IntegrityException or UnavailableException)
        {
            summary.Error = exception.Message;
            Log.Failed(_logger, options.Address, exception.Message);
        }
        catch (Exception exception)
        {
            summary.Error = "The synchronization broke off on a defect of this program; the server's log says where.";
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

    private async Task FinishAsync(Run run)
    {
        run.Summary.EndedAt = time.GetUtcNow().ToTimestamp();
        run.Summary.Position = log.Head.Position.ToProto();
        try
        {
            // The caller hears of the end when what was stored is also served.
            await views.WaitForAsync(log.Head.Position.Sequence, _stopping.Token);
            await journal.SaveRunAsync(run.Summary, CancellationToken.None);
        }
        catch (Exception exception) when (exception is UnavailableException or OperationCanceledException)
        {
            Log.NotKept(_logger, exception.Message);
        }

        run.Finish();
    }

    /// <summary>One synchronization, as its watchers see it.</summary>
    internal sealed class Run(SyncRun summary) : IProgress<SyncProgress>
    {
        private volatile State _state = new(new SyncProgress(SyncPhase.Authorizing, 0, 0, 0, 0, 0), IsFinished: false);

        public SyncRun Summary { get; } = summary;

        public Task Completion { get; set; } = Task.CompletedTask;

        public bool IsFinished => _state.IsFinished;

        /// <summary>The newest state.</summary>
        public State Now => _state;

        public void Report(SyncProgress value) => Swap(new State(value, IsFinished: false));

        public void Finish() => Swap(new State(_state.Progress, IsFinished: true));

        private void Swap(State next)
        {
            var before = _state;
            _state = next;
            before.Superseded.TrySetResult();
        }

        /// <summary>How far it is, and a task that ends when that is out of date.</summary>
        internal sealed record State(SyncProgress Progress, bool IsFinished)
        {
            public TaskCompletionSource Superseded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
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
