using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// What an authority's writer needs of its tables: the whole seam between deciding what a commit is and saying it in SQL. Each call is one transaction, and is tried again inside when the server undid
/// it for a deadlock.
/// </summary>
internal interface ILogTables
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>The state, from one snapshot.</summary>
    LogView Read();

    /// <summary>The state, and all records above a sequence, from one snapshot.</summary>
    (LogView View, IReadOnlyList<ChangeRecord> Records) ReadSince(long after);

    /// <summary>The rows that there are of these keys.</summary>
    IReadOnlyCollection<ChangeRecord> Find(IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> keys);

    /// <summary>Writes a plan whole; false when the head does not stand where the plan began, and nothing has changed.</summary>
    /// <exception cref="IntegrityException">Undone: the rows contradict the head.</exception>
    /// <exception cref="UnavailableException">Whether it was committed is not known.</exception>
    bool Write(CommitPlan plan);

    /// <summary>The head, in a transaction that counts as a write: whatever was on its way has committed before, or never will.</summary>
    (LogHead Head, long Writes) Fence();

    /// <summary>Drops what a mirror had staged, after a loss.</summary>
    /// <exception cref="IntegrityException">There is something staged, and it was no loss: nothing has changed.</exception>
    void LeaveStaging(AuthorityStart start);
}
