using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Server.Hosting;

namespace Hierarchy.Server.Roles;

/// <summary>
/// The overlay that a replica below an autonomous server carries beside the tree's log: opened when a parent names one, followed by a loop of its own, fed to the servers below, and let go when the first
/// parent serves the tree's decisions again. Called by one caller at a time.
/// </summary>
internal sealed partial class OverlayMirror(
    Decider decider, Func<OverlayMirror.Store> open, ServedLogs logs, ViewFollower views, FeedSource tree, OverlayFeed feed, ServerIdentity self, ServerOptions options, FeedOptions feedOptions,
    FollowerOptions followerOptions, ILostStore lost, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<OverlayMirror>();
    private Store? _store;
    private CancellationTokenSource? _running;
    private Task _loop = Task.CompletedTask;
    private FollowerLoop? _follower;

    /// <summary>Mismatches of the overlay since the start.</summary>
    public long DigestMismatches => _follower?.Status.DigestMismatches ?? 0;

    /// <summary>States of the overlay that were put right by fetching the records that differed.</summary>
    public long Repairs => _follower?.Status.Repairs ?? 0;

    /// <summary>The overlay as far as it has come; null where the tree's log decides, or nothing of it is here yet.</summary>
    public ILogReader? Carried => logs.Overlay is { IsEmpty: false } overlay ? overlay.Log : null;

    /// <summary>From which parents the tree's log is taken, and what is done when one is.</summary>
    public FollowedLog Tree => new() { Refuse = decider.Refuse, Accepted = AcceptAsync };

    /// <summary>What was carried at the last stop is carried on, whether or not the parent is there.</summary>
    public void Start()
    {
        if (decider.Kept is not { } kept || kept == LogId.None) return;
        Open(kept);
        Follow(kept);
    }

    /// <summary>Rows of the overlay are not what its checkpoint says: they are repaired from the parent.</summary>
    public void OnRotten(bool isServed) => _follower?.OnRotten(isServed);

    public async Task StopAsync()
    {
        if (_running is null) return;
        await _running.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _running.Dispose();
        (_running, _follower) = (null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        feed.Source?.Dispose();
        if (_store is not null) await _store.Owner.DisposeAsync();
    }

    private async ValueTask AcceptAsync(LogId decisions, CancellationToken cancellationToken)
    {
        if (!decider.Keep(decisions)) return;
        await StopAsync();
        if (decisions == LogId.None)
        {
            Log.TreeDecides(_logger);
            logs.Overlay = null;
            tree.Overlay = LogId.None;
            feed.Source?.Dispose();
            feed.Source = null;
            await views.CatchUpOverlayAsync(isReplaced: true, cancellationToken);
            return;
        }

        Log.OverlayDecides(_logger, decisions);
        Open(decisions);
        // It may have been carried before, and nothing have changed since: then no fold follows that would swap the view.
        await views.CatchUpOverlayAsync(isReplaced: true, cancellationToken);
        Follow(decisions);
    }

    private void Open(LogId overlay)
    {
        _store ??= open();
        logs.Overlay = ServedLog.Of(_store.Log) with { Expected = overlay };
        feed.Source?.Dispose();
        var source = FeedSource.OfMirror(_store.Log, self, feedOptions, time);
        source.Overlay = overlay;
        feed.Source = source;
        tree.Overlay = overlay;
    }

    private void Follow(LogId overlay)
    {
        var log = _store!.Log; // Opened before.
        var followed = new FollowedLog
        {
            Overlay = overlay,
            Refuse = (_, named) => named == overlay ? null : $"it does not serve the decisions of log {overlay}, which this server serves.",
        };
        _follower = FollowerLoop.Create(
            log, self, options.Parents, feed.Source, (state, token) => ServeAsync(log, state, token), followerOptions, time, loggers.CreateLogger<FollowerLoop>(), observer: null, followed, lost);
        _running = new CancellationTokenSource();
        var (follower, running) = (_follower, _running.Token);
        _loop = Task.Run(() => follower.RunAsync(running), CancellationToken.None);
    }

    private async ValueTask ServeAsync(IMirrorLog log, FoldedState state, CancellationToken cancellationToken)
    {
        // Once in step a transaction follows on the view; until then, and after a fold, what is missing is read.
        if (state.Records is { } records) await views.ApplyOverlayAsync(records, log.Head, state.Checkpoint, cancellationToken);
        else await views.CatchUpOverlayAsync(state.Replaced, cancellationToken);
    }

    /// <summary>The opened mirror, and who closes it.</summary>
    internal sealed record Store(IMirrorLog Log, IAsyncDisposable Owner);

    private static partial class Log
    {
        [LoggerMessage(EventId = 1851, Level = LogLevel.Information, Message = "Decisions come from the autonomous server above: its log {Overlay} is mirrored beside the tree's.")]
        public static partial void OverlayDecides(ILogger logger, LogId overlay);

        [LoggerMessage(EventId = 1852, Level = LogLevel.Information, Message = "Decisions come from the root again.")]
        public static partial void TreeDecides(ILogger logger);
    }
}
