using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Follower;

/// <summary>A mirror's new state, durable and equal to a checkpoint.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="Records">The records of the transaction that led there, ascending; null when much changed at once (a catch-up, a snapshot) and the view is to be built anew from the log.</param>
/// <param name="Replaced">A snapshot took the place of what was served before, perhaps of another history: nothing of the old view may be kept.</param>
public sealed record FoldedState(Checkpoint Checkpoint, IReadOnlyList<ChangeRecord>? Records, bool Replaced = false);
