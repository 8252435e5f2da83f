using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Follower;

/// <summary>Where a follower stands: one consistent look, swapped whole.</summary>
public sealed record FollowerStatus
{
    /// <summary>What it is doing.</summary>
    public FollowerPhase Phase { get; init; }

    /// <summary>The parent that it speaks to, or spoke to last.</summary>
    public ParentStatus? Parent { get; init; }

    /// <summary>Records taken in this catch-up.</summary>
    public long RecordsTaken { get; init; }

    /// <summary>The sequence as far as which pages were taken.</summary>
    public long Through { get; init; }

    /// <summary>The parent's head when the catch-up began: what <see cref="Through"/> runs towards.</summary>
    public long Target { get; init; }

    /// <summary>The state that is served; null while it has none.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>States that did not equal their checkpoint since the start; none of them was served.</summary>
    public long DigestMismatches { get; init; }

    /// <summary>States that were put right since the start by fetching the records that differed.</summary>
    public long Repairs { get; init; }

    /// <summary>Why it waits, or what went wrong last; empty when all is well.</summary>
    public string Reason { get; init; } = "";
}
