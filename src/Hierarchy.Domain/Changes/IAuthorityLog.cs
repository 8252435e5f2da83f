namespace Hierarchy.Domain.Changes;

/// <summary>The log of the server that decides. Opening it begins a new epoch, itself a record.</summary>
public interface IAuthorityLog : ILogReader
{
    /// <summary>
    /// Commits the changes in one durable transaction and in the order given, each getting the next sequence; changes that change nothing are left out, and when none is left there is no
    /// transaction. Concurrent callers are ordered; the answer comes after the commit is on disk. At most 1,000 changes and 4 MiB, unless it is one change alone.
    /// </summary>
    ValueTask<CommittedTransaction> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken);

    /// <summary>Every committed transaction, in order, after it is durable. Called on the writer's path: handlers hand over and return.</summary>
    event Action<CommittedTransaction>? Committed;

    /// <summary>Why every write is refused with a <see cref="SupersededException"/>; null while this authority decides.</summary>
    string? Halted { get; }

    /// <summary>Refuses every write from now on, for this reason; what was accepted and not begun is refused too. Reading goes on. Whether it is so after a restart is the caller's to keep.</summary>
    void Halt(string reason);

    /// <summary>
    /// Reserves numbers that are never given again, durably, before they are used; returns the first of them. The first is 1. How far they are reserved is a record of the log
    /// (<see cref="RevisionNumberPayload"/>).
    /// </summary>
    ValueTask<int> ReserveRevisionNumbersAsync(int count, CancellationToken cancellationToken);

    /// <summary>Raises the floor to at most <paramref name="floor"/> and removes the tombstones at or below it.</summary>
    ValueTask CompactAsync(long floor, CancellationToken cancellationToken);
}
