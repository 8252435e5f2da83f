using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Verification;

namespace Hierarchy.Server.Roles;

/// <summary>
/// Keeps the served view equal to the logs that it is made of: reads what is new in pages after a start or a fold, and takes whole transactions as they come. Each log is followed by one caller at a
/// time; the two take turns. With an overlay, nothing is published before both logs have a state. A log that is read from its beginning is digested from the very rows that the view is made of: what
/// does not equal its checkpoint is not published, and the alarm is raised.
/// </summary>
internal sealed partial class ViewFollower(ServedLogs logs, ViewPublisher views, RotAlarms alarms, ILogger<ViewFollower> logger) : IStagingObserver, IDisposable
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 * 1024 * 1024;
    private readonly SemaphoreSlim _turn = new(1, 1); // Guards publishing and the three below.
    private bool _isTreeReplaced;
    private bool _isOverlayReplaced;
    private bool _isDoubtful; // The last reading did not equal its checkpoint: perhaps records moved meanwhile.
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
            if (tree.IsRotten)
            {
                Withhold(logs.Tree, alarms.Tree);
                return;
            }

            if (overlay is null)
            {
                views.Publish(tree.Builder.Build(tree.Head), tree.Checkpoint);
            }
            else
            {
                var isContinued = tree.IsContinued && !_isOverlayReplaced && view.Overlay is { } shown && shown.Position.Log == overlay.Id && shown.Position.Sequence >= overlay.Log.Head.Floor;
                if (tree.IsContinued && !isContinued) tree.Builder.ForgetDecisions();
                if (await ReadAsync(tree.Builder, overlay, isContinued ? view.Overlay!.Position.Sequence : 0, RecordPart.Decision, cancellationToken) is not { } decisions) continue; // Continued from it.
                if (decisions.IsRotten)
                {
                    Withhold(overlay, alarms.Overlay);
                    return;
                }

                views.Publish(tree.Builder.Build(tree.Head, decisions.Head), tree.Checkpoint, decisions.Checkpoint);
            }

            (_isTreeReplaced, _isOverlayReplaced, _isDoubtful) = (false, false, false);
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

    /// <summary>
    /// Reads a log to a state that equals a checkpoint; null when it is to be read again: it was replaced or compacted meanwhile, so that the pages do not fit together, or a first look at all of its rows
    /// does not give its digest.
    /// </summary>
    private async Task<Reading?> ReadAsync(ServedViewBuilder builder, ServedLog log, long from, RecordPart? part, CancellationToken cancellationToken)
    {
        LogHead? first = null;
        // What is read on top of a served state was proven when it was folded, a moment ago.
        await using var proof = from > 0 ? null : new RowProof(_isDoubtful);
        for (var reading = Next(from); ;)
        {
            var page = await reading;
            first ??= page.Head;
            if (page.Head.Floor != first.Floor || EpochHistory.Locate(log.Log.Epochs, page.Head, first.Position) == PositionStanding.Diverged) return null;
            var checkpoint = page.IsLast ? log.CheckpointOf(page.Head) : null;
            // The next page is read on one processor while this one is understood on another.
            if (checkpoint is null) reading = Next(page.Through);
            if (proof is not null) await proof.AddAsync(page, cancellationToken);
            Take(builder, page.Records, part);
            if (checkpoint is null) continue;
            if (proof is null || await proof.HoldsAsync()) return new Reading(builder, page.Head, checkpoint) { IsContinued = from > 0 };
            if (_isDoubtful) return new Reading(builder, page.Head, checkpoint) { IsRotten = true };
            _isDoubtful = true;
            return null;
        }

        Task<LogPage> Next(long after) => Task.Run(() => log.Log.ReadPageAsync(after, PageRecords, PageBytes, cancellationToken).AsTask(), cancellationToken);
    }

    private void Withhold(ServedLog log, RotAlarm alarm)
    {
        _isDoubtful = false;
        var isServed = views.Current.Checkpoint is not null;
        var position = log.Log.Head.Position;
        var next = alarm.Advice.Length > 0 ? alarm.Advice : "They are repaired from the parent.";
        views.Withhold($"the records in its storage do not equal their checkpoint at {position}. {next}");
        var goesOn = isServed ? "What was read before is served on." : "Nothing is served.";
        if (alarm.Advice.Length > 0) Log.RottenForGood(logger, position, goesOn, alarm.Advice);
        else Log.Rotten(logger, position, goesOn);
        alarm.Raise(isServed);
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
                Forget(builder, record);
            }
        }
    }

    // What the key said before was true before: a view that goes on would else show what one that is made anew does not.
    private static void Forget(ServedViewBuilder builder, in ChangeRecord record)
    {
        try
        {
            if (CatalogRecords.Read(record with { Payload = null }) is { } removed) builder.Apply(removed);
        }
        catch (Domain.IntegrityException)
        {
            // Not even the key can be read: it said nothing before either.
        }
    }

    private sealed record Reading(ServedViewBuilder Builder, LogHead Head, Checkpoint Checkpoint)
    {
        /// <summary>On top of what is served; else from nothing.</summary>
        public bool IsContinued { get; init; }

        /// <summary>The rows are not what the checkpoint says, by the second look too.</summary>
        public bool IsRotten { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1900, Level = LogLevel.Warning, Message = "Reading the log: the records in storage do not equal the checkpoint at {Position}. {GoesOn} They are repaired from the parent.")]
        public static partial void Rotten(ILogger logger, Position position, string goesOn);

        [LoggerMessage(EventId = 1901, Level = LogLevel.Error, Message = "Reading the log: the records in storage do not equal the checkpoint at {Position}. {GoesOn} No pages are fed to servers below. {Advice}")]
        public static partial void RottenForGood(ILogger logger, Position position, string goesOn, string advice);

        [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "Record {Sequence} of kind {Kind} is carried, and left out of what is served: {Reason}")]
        public static partial void Unreadable(ILogger logger, long sequence, int kind, string reason);
    }
}
