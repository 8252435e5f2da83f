using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Roles;

/// <summary>Keeps the served view equal to the log: reads what is new in pages after a start or a fold, and takes whole transactions as they come. One caller at a time.</summary>
internal sealed partial class ViewFollower(ILogReader log, ViewPublisher views, ILogger<ViewFollower> logger) : IStagingObserver
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 * 1024 * 1024;
    private StagedView? _staged;

    /// <summary>Reads everything that the view does not have yet and swaps the view once, at the state that equals the checkpoint.</summary>
    /// <param name="checkpointAt">The checkpoint of a head.</param>
    /// <param name="fromNothing">The log was replaced: what the view holds counts no more.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task CatchUpAsync(Func<LogHead, Checkpoint?> checkpointAt, bool fromNothing, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _staged, null) is { } staged)
        {
            var ready = await staged.FinishAsync(cancellationToken);
            if (checkpointAt(log.Head) is { } folded)
            {
                views.Publish(ready.Build(log.Head), folded);
                return;
            }
        }

        var previous = fromNothing || views.View.Head.Position.IsEmpty || views.View.Head.Position.Sequence < log.Head.Floor ? null : views.View;
        var builder = new ServedViewBuilder(previous);
        for (var after = previous?.Head.Position.Sequence ?? 0; ;)
        {
            var page = await log.ReadPageAsync(after, PageRecords, PageBytes, cancellationToken);
            Take(builder, page.Records);
            after = page.Through;
            if (!page.IsLast) continue;
            if (page.Head.Position.IsEmpty || checkpointAt(page.Head) is not { } checkpoint) return;
            views.Publish(builder.Build(page.Head), checkpoint);
            return;
        }
    }

    /// <summary>Takes a whole transaction that follows directly on the view; older ones are passed over.</summary>
    public void Apply(IReadOnlyList<ChangeRecord> records, LogHead head, Checkpoint checkpoint)
    {
        var previous = views.View;
        if (head.Position.Sequence <= previous.Head.Position.Sequence) return;
        var builder = new ServedViewBuilder(previous);
        Take(builder, records);
        views.Publish(builder.Build(head), checkpoint);
    }

    /// <summary>What replaces everything, or comes upon nothing, is built from the pages as they pass; what comes on top of a view is read from the log after the fold.</summary>
    public void Begin(StagingMode mode)
    {
        var staged = mode == StagingMode.Snapshot || (mode == StagingMode.CatchUp && views.View.Head.Position.IsEmpty) ? new StagedView(Take) : null;
        Interlocked.Exchange(ref _staged, staged)?.Abandon();
    }

    /// <summary>Hands over.</summary>
    public ValueTask TakeAsync(IReadOnlyList<ChangeRecord> records, CancellationToken cancellationToken) =>
        _staged is { } staged ? staged.TakeAsync(records, cancellationToken) : ValueTask.CompletedTask;

    private void Take(ServedViewBuilder builder, IReadOnlyList<ChangeRecord> records)
    {
        foreach (var record in records)
        {
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

    private static partial class Log
    {
        [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "Record {Sequence} of kind {Kind} is carried, and left out of what is served: {Reason}")]
        public static partial void Unreadable(ILogger logger, long sequence, int kind, string reason);
    }
}
