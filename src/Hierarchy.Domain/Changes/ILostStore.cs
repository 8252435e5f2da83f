namespace Hierarchy.Domain.Changes;

/// <summary>
/// The archive of what mirrors lose: records of a history that another one takes the place of, kept durably before that happens, until an operator forgets them. Safe for concurrent use.
/// </summary>
public interface ILostStore
{
    /// <summary>Records kept, of all losses.</summary>
    long Count { get; }

    /// <summary>
    /// Keeps a loss, durably and whole, and returns its id. A loss at the same <see cref="Loss.Before"/> takes the place of an earlier one: it is the same, seen again after a crash. The id, and the
    /// number of records, are the store's to give.
    /// </summary>
    ValueTask<long> KeepAsync(Loss loss, IAsyncEnumerable<IReadOnlyList<ChangeRecord>> pages, CancellationToken cancellationToken);

    /// <summary>All losses, the newest first.</summary>
    ValueTask<IReadOnlyList<Loss>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Records of a loss above a sequence, ascending, tombstones included; fewer than wanted at its end.</summary>
    ValueTask<IReadOnlyList<ChangeRecord>> ReadAsync(long id, long after, int maxRecords, CancellationToken cancellationToken);

    /// <summary>Removes a loss, durably; false when there is none of that id.</summary>
    ValueTask<bool> ForgetAsync(long id, CancellationToken cancellationToken);
}
