namespace Hierarchy.Domain.Reports;

/// <summary>
/// The latest report per computer, the latest status per computer and update, and the outbox towards the parent. Durable before an answer (`synchronous=FULL`). Merging is idempotent:
/// what is older than or equal to what is there changes nothing. Every change gets the next outbox number; the outbox is the set of rows with a number above what the root has.
/// </summary>
public interface IReportStore
{
    /// <summary>This outbox's life: random, new when the store is created anew.</summary>
    Guid OutboxIncarnation { get; }

    /// <summary>The highest outbox number given.</summary>
    long OutboxHead { get; }

    /// <summary>The root has everything up to here durably.</summary>
    long Rooted { get; }

    /// <summary>Merges reports, from computers or from a child's outbox (then with that child's position, kept in the same transaction). Returns how many rows changed.</summary>
    ValueTask<int> MergeAsync(
        IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child, CancellationToken cancellationToken);

    /// <summary>Rows with a number above <paramref name="after"/>, in number order, bounded in rows and (about) bytes.</summary>
    ValueTask<OutboxPage> ReadOutboxAsync(long after, int maxRows, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Records durably that the root has everything up to here. Never goes back.</summary>
    ValueTask MarkRootedAsync(long through, CancellationToken cancellationToken);

    /// <summary>What was taken from a child's outbox, and how far the root has it; null for a child (or an incarnation) never seen.</summary>
    ValueTask<ChildOutbox?> FindChildAsync(string serverId, Guid incarnation, CancellationToken cancellationToken);

    /// <summary>The child outbox number that the root has durably, given how far this server's own outbox is rooted. At the root everything received is rooted.</summary>
    ValueTask<long> RootedOfChildAsync(string serverId, Guid incarnation, CancellationToken cancellationToken);

    /// <summary>All computers known here, by name.</summary>
    ValueTask<IReadOnlyList<ComputerReport>> ListComputersAsync(CancellationToken cancellationToken);

    /// <summary>All statuses of one computer.</summary>
    ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfComputerAsync(string computerId, CancellationToken cancellationToken);

    /// <summary>All statuses of one update, any revision.</summary>
    ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfUpdateAsync(Guid updateId, CancellationToken cancellationToken);

    /// <summary>After every change of the store, with the new outbox head.</summary>
    event Action<long>? Changed;
}
