namespace Hierarchy.Replication.Repair;

/// <summary>How a repair ended.</summary>
internal abstract record RepairOutcome
{
    /// <summary>Staging holds, as a snapshot's, everything as far as the compared state: the feed brings the rest, and the fold proves the whole.</summary>
    /// <param name="Through">The compared state's sequence.</param>
    /// <param name="Floor">The higher of both floors.</param>
    /// <param name="SourceHead">The highest head at which the source read a record.</param>
    /// <param name="Fetched">Records that came from the source.</param>
    /// <param name="Replaced">Records of this server that did not stay.</param>
    public sealed record Staged(long Through, long Floor, long SourceHead, long Fetched, long Replaced) : RepairOutcome;

    /// <summary>This server's rows are those of its checkpoint: what was wrong was on its way.</summary>
    public sealed record Sound : RepairOutcome;

    /// <summary>What the source tells is not its own checkpoint's state, or contradicts itself.</summary>
    public sealed record SourceWrong(string Reason) : RepairOutcome;

    /// <summary>The source is behind this server.</summary>
    public sealed record Behind(string Reason) : RepairOutcome;

    /// <summary>The source has another history: the feed says what to do.</summary>
    public sealed record OtherHistory : RepairOutcome;

    /// <summary>A snapshot is cheaper, or the source cannot compare.</summary>
    public sealed record TakeSnapshot(string Reason) : RepairOutcome;

    /// <summary>The source is away.</summary>
    public sealed record Unavailable(string Reason) : RepairOutcome;
}
