namespace Hierarchy.Domain.Changes;

/// <summary>A place in one log's history. Valid only if the epoch is in the server's history and the sequence lies within that epoch.</summary>
/// <param name="Log">The log.</param>
/// <param name="Epoch">The number of the epoch in which the sequence was written.</param>
/// <param name="EpochId">The random id of that epoch: two epochs of one number are two histories.</param>
/// <param name="Sequence">The newest sequence included; 0 before the first record.</param>
public readonly record struct Position(LogId Log, int Epoch, Guid EpochId, long Sequence)
{
    /// <summary>Where an empty replica stands.</summary>
    public static Position Empty => default;

    /// <summary>True for a server that holds nothing of any log.</summary>
    public bool IsEmpty => Sequence == 0 && Log == LogId.None;

    /// <summary>`sequence@epoch`, as the console prints it.</summary>
    public override string ToString() => $"{Sequence}@{Epoch}";
}
