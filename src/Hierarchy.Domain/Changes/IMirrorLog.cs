namespace Hierarchy.Domain.Changes;

/// <summary>A log carried verbatim from another server. One writer (the follower); readers see folded state only.</summary>
public interface IMirrorLog : ILogReader
{
    /// <summary>What staging holds, also after a crash; <see cref="StagingState.None"/> when it is empty.</summary>
    StagingState Staging { get; }

    /// <summary>Begins a catch-up or a snapshot: empties staging and remembers durably where it starts. An empty mirror may write directly, invisible to readers until the fold.</summary>
    ValueTask BeginStagingAsync(StagingMode mode, long sourceFloor, CancellationToken cancellationToken);

    /// <summary>Keeps a page, its end, and the head at which the source read it, together. A record seen again with a higher sequence replaces the staged one.</summary>
    ValueTask StageAsync(IReadOnlyList<ChangeRecord> records, long through, long sourceHead, CancellationToken cancellationToken);

    /// <summary>
    /// What folding the staged snapshot would take away: live records and tombstones above the place where the two histories part, of which the snapshot does not hold the very same (kind, key,
    /// sequence, payload). In log order, above <paramref name="after"/>; nothing without a snapshot, or on an empty mirror.
    /// </summary>
    ValueTask<LossPage> ReadLossAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Folds staging into the live records in one transaction, if the result equals the checkpoint; otherwise leaves the live records as they are, keeps nothing staged and answers
    /// <see cref="FoldResult.DigestMismatch"/>. A snapshot replaces all live records. The epochs of the history are read from the records themselves.
    /// </summary>
    ValueTask<FoldResult> FoldAsync(Checkpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>Applies one whole live transaction, if the result equals the checkpoint; otherwise changes nothing. <paramref name="sourceFloor"/> raises our floor, never lowers it.</summary>
    ValueTask<FoldResult> ApplyAsync(IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long sourceFloor, CancellationToken cancellationToken);

    /// <summary>The checkpoint that the live records equal; null for an empty mirror. Durable.</summary>
    Checkpoint? Checkpoint { get; }

    /// <summary>Keeps a reissued checkpoint of the same state (newer time, signature).</summary>
    ValueTask RefreshCheckpointAsync(Checkpoint checkpoint, CancellationToken cancellationToken);
}
