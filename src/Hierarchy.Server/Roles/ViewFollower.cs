using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Roles;

/// <summary>
/// Keeps the served view equal to the logs that it is made of: reads what is new in pages after a start or a fold, and takes whole transactions as they come. Each log is followed by one caller at a
/// time; the two take turns. With an overlay, nothing is published before both logs have a state.
/// </summary>
internal sealed partial class ViewFollower(ServedLogs logs, ViewPublisher views, ILogger<ViewFollower> logger) : IStagingObserver, IDisposable
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 * 1024 * 1024;
    private readonly SemaphoreSlim _turn = new(1, 1); // Guards publishing and the two below.
    private bool _isTreeReplaced;
    private bool _isOverlayReplaced;
    private StagedView? _staged;

    /// <summary>Reads everything that the view does not have yet and swaps the view once, at a state that equals a checkpoint.</summary>
    /// <param name="isReplaced">The tree's log was replaced: what the view holds counts no more.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task CatchUpAsync(bool isReplaced, CancellationToken cancellationToken)
    {
        var ready = Interlocked.Exchange(ref _staged, null) is { } staged ? (await staged.FinishAsync(cancellationToken), staged.Overlay) : ((ServedViewBuilder, LogId)?)null;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _isTreeReplaced |= isReplaced;
            await RefreshAsync(ready, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The same after the overlay has a new state, or there is another overlay, or none any more.</summary>
    public async Task CatchUpOverlayAsync(bool isReplaced, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _isOverlayReplaced |= isReplaced;
            await RefreshAsync(ready: null, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes a whole transaction of the tree's log that follows directly on the view; older ones are passed over.</summary>
    public async Task ApplyAsync(IReadOnlyList<ChangeRecord> records, LogHead head, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var (previous, overlay) = (views.Current, Overlay);
            if (IsUnready(previous, overlay) || head.Position.Sequence <= previous.View.Head.Position.Sequence) return;
            var builder = new ServedViewBuilder(previous.View, overlay);
            Take(builder, records, overlay == LogId.None ? null : RecordPart.Catalog);
            views.Publish(builder.Build(head, previous.View.Overlay), checkpoint, previous.Overlay);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The same with a transaction of the overlay.</summary>
    public async Task ApplyOverlayAsync(IReadOnlyList<ChangeRecord> records, LogHead head, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var (previous, overlay) = (views.Current, Overlay);
            if (IsUnready(previous, overlay) || overlay != head.Position.Log || head.Position.Sequence <= previous.View.Overlay!.Position.Sequence) return; // A ready view with an overlay has its head.
            var builder = new ServedViewBuilder(previous.View, overlay);
            Take(builder, records, RecordPart.Decision);
            views.Publish(builder.Build(previous.View.Head, head), previous.Checkpoint!, checkpoint); // A ready view has a checkpoint.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What replaces everything, or comes upon nothing, is built from the pages as they pass; what comes on top of a view is read from the log after the fold.</summary>
    public void Begin(StagingMode mode)
    {
        var overlay = Overlay;
        var staged = mode == StagingMode.Snapshot || (mode == StagingMode.CatchUp && views.View.Head.Position.IsEmpty)
            ? new StagedView((builder, records) => Take(builder, records, overlay == LogId.None ? null : RecordPart.Catalog), overlay)
            : null;
        Interlocked.Exchange(ref _staged, staged)?.Abandon();
    }

    /// <summary>Hands over.</summary>
    public ValueTask TakeAsync(IReadOnlyList<ChangeRecord> records, CancellationToken cancellationToken) =>
        _staged is { } staged ? staged.TakeAsync(records, cancellationToken) : ValueTask.CompletedTask;

    public void Dispose() => _turn.Dispose();

    /// <summary>The overlay as its log says, or will say once it is there.</summary>
    private LogId Overlay => logs.Overlay?.Id ?? LogId.None;

    /// <summary>The view has to be read anew before a transaction fits: nothing is published, or decisions have come to be another log's.</summary>
    private static bool IsUnready(ViewPublisher.Published current, LogId overlay) =>
        current.Checkpoint is null || (current.View.Overlay?.Position.Log ?? LogId.None) != overlay;

    private async Task RefreshAsync((ServedViewBuilder Builder, LogId Overlay)? ready, CancellationToken cancellationToken)
    {
        while (!logs.Tree.IsEmpty && logs.Overlay?.IsEmpty != true)
        {
            var overlay = logs.Overlay;
            var view = views.View;
            var tree = ready?.Overlay == (overlay?.Id ?? LogId.None) && logs.Tree.CheckpointOf(logs.Tree.Log.Head) is { } folded
                ? new Reading(ready.Value.Builder, logs.Tree.Log.Head, folded)
                : await ReadTreeAsync(view, overlay, cancellationToken);
            ready = null;
            if (tree is null) continue;
            if (overlay is null)
            {
                views.Publish(tree.Builder.Build(tree.Head), tree.Checkpoint);
            }
            else
            {
                var isContinued = tree.IsContinued && !_isOverlayReplaced && view.Overlay is { } shown && shown.Position.Log == overlay.Id && shown.Position.Sequence >= overlay.Log.Head.Floor;
                if (tree.IsContinued && !isContinued) tree.Builder.ForgetDecisions();
                if (await ReadAsync(tree.Builder, overlay, isContinued ? view.Overlay!.Position.Sequence : 0, RecordPart.Decision, cancellationToken) is not { } decisions) continue; // Continued from it.
                views.Publish(tree.Builder.Build(tree.Head, decisions.Head), tree.Checkpoint, decisions.Checkpoint);
            }

            (_isTreeReplaced, _isOverlayReplaced) = (false, false);
            return;
        }
    }

    private Task<Reading?> ReadTreeAsync(ServedView view, ServedLog? overlay, CancellationToken cancellationToken)
    {
        var head = logs.Tree.Log.Head;
        // Decisions that go back to the tree's log stand all over it.
        var isContinued = !_isTreeReplaced && !view.Head.Position.IsEmpty && view.Head.Position.Sequence >= head.Floor && !(overlay is null && view.Overlay is not null);
        var builder = new ServedViewBuilder(isContinued ? view : null, overlay?.Id ?? LogId.None);
        return ReadAsync(builder, logs.Tree, isContinued ? view.Head.Position.Sequence : 0, overlay is null ? null : RecordPart.Catalog, cancellationToken);
    }

    /// <summary>Reads a log to a state that equals a checkpoint; null when it was replaced or compacted meanwhile, so that the pages do not fit together: then it is to be read again.</summary>
    private async Task<Reading?> ReadAsync(ServedViewBuilder builder, ServedLog log, long from, RecordPart? part, CancellationToken cancellationToken)
    {
        LogHead? first = null;
        for (var reading = Next(from); ;)
        {
            var page = await reading;
            first ??= page.Head;
            if (page.Head.Floor != first.Floor || EpochHistory.Locate(log.Log.Epochs, page.Head, first.Position) == PositionStanding.Diverged) return null;
            var checkpoint = page.IsLast ? log.CheckpointOf(page.Head) : null;
            // The next page is read on one processor while this one is understood on another.
            if (checkpoint is null) reading = Next(page.Through);
            Take(builder, page.Records, part);
            if (checkpoint is not null) return new Reading(builder, page.Head, checkpoint) { IsContinued = from > 0 };
        }

        Task<LogPage> Next(long after) => Task.Run(() => log.Log.ReadPageAsync(after, PageRecords, PageBytes, cancellationToken).AsTask(), cancellationToken);
    }

    private void Take(ServedViewBuilder builder, IReadOnlyList<ChangeRecord> records, RecordPart? part)
    {
        foreach (var record in records)
        {
            if (part is { } only && RecordParts.Of(record.Kind) != only) continue;
            try
            {
                if (CatalogRecords.Read(record) is { } known) builder.Apply(known);
            }
            catch (Domain.IntegrityException exception)
            {
                // The log is right (it equals its checkpoint); it is this version that cannot read the record. What it says is left out, the rest is served.
                Log.Unreadable(logger, record.Sequence, record.Kind, exception.Message);
            }
        }
    }

    private sealed record Reading(ServedViewBuilder Builder, LogHead Head, Checkpoint Checkpoint)
    {
        /// <summary>On top of what is served; else from nothing.</summary>
        public bool IsContinued { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "Record {Sequence} of kind {Kind} is carried, and left out of what is served: {Reason}")]
        public static partial void Unreadable(ILogger logger, long sequence, int kind, string reason);
    }
}
