namespace Hierarchy.Domain.Reports;

/// <summary>
/// The latest report per computer, the latest status per computer, update and user, counts of them, and the outbox towards the parent. Durable before an answer (`synchronous=FULL`).
/// Merging is idempotent and its order does not matter: what is older than or equal to what is there changes nothing, and a computer's higher incarnation ends its lower ones at once.
/// </summary>
/// <remarks>
/// The outbox is the store itself: every row (a computer's report, or a block of its statuses) that changes takes the next number, and what lies above the number that a parent has is
/// what that parent lacks. Nothing is deleted when it has been sent, so any parent can be given everything.
/// </remarks>
public interface IReportStore
{
    /// <summary>This outbox's life: random; another one when the store is created anew or restored, or when <see cref="RenewOutboxAsync"/> says so. At the root it is the root's life as well.</summary>
    Guid OutboxIncarnation { get; }

    /// <summary>The highest outbox number given.</summary>
    long OutboxHead { get; }

    /// <summary>
    /// The chapter in which that number was given: another one, and random, each time the store is opened to be written. A parent that has the number in another chapter has it from before this store was taken
    /// back to an earlier state. Empty for a number from before chapters were kept.
    /// </summary>
    Guid ChapterOf(long number);

    /// <summary>The root has everything up to here durably.</summary>
    long Rooted { get; }

    /// <summary>The life of the root for which <see cref="Rooted"/> counts; empty before one was heard of.</summary>
    Guid RootLife { get; }

    /// <summary>After every change of the store, with the new outbox head.</summary>
    event Action<long>? Changed;

    /// <summary>Merges reports, from computers or from a child's outbox (then with that child's position, kept in the same transaction). Returns how many reports and statuses changed something.</summary>
    ValueTask<int> MergeAsync(
        IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child, CancellationToken cancellationToken);

    /// <summary>Looks again which groups these computers are in, and counts their statuses there. Changes nothing in the outbox. Returns how many had moved; unknown computers are passed over.</summary>
    ValueTask<int> RegroupAsync(IReadOnlyCollection<string> computerIds, CancellationToken cancellationToken);

    /// <summary>What changed behind <paramref name="after"/>, in number order, bounded in statuses and (about) bytes; a block is never divided, so a page may go over by one block of 128.</summary>
    ValueTask<OutboxPage> ReadOutboxAsync(long after, int maxRows, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the parent's word. It must be given the first one of a call before the outbox is read for that call: a parent that has less than the one before is then given whole blocks.
    /// </summary>
    /// <param name="received">This parent has everything up to here; may be less than another one, or than itself before it was restored.</param>
    /// <param name="rooted">The root has everything up to here. Never goes back within one life of the root; kept durably.</param>
    /// <param name="rootLife">The root's life; empty where the parent does not say, and then the last one is meant.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="Domain.IntegrityException">It claims numbers that were never given; nothing was changed.</exception>
    ValueTask AcknowledgeAsync(long received, long rooted, Guid rootLife, CancellationToken cancellationToken);

    /// <summary>Begins a new life of the outbox: every parent takes everything anew. For a store that was taken back to an earlier state, so that it would give numbers out twice.</summary>
    ValueTask RenewOutboxAsync(CancellationToken cancellationToken);

    /// <summary>What was taken from a child's outbox, and how far the root has it; null for a child (or an incarnation) never seen.</summary>
    ValueTask<ChildOutbox?> FindChildAsync(string serverId, Guid incarnation, CancellationToken cancellationToken);

    /// <summary>Forgets how far all children's outboxes were taken, so that each is asked for everything at its next call.</summary>
    ValueTask ForgetChildrenAsync(CancellationToken cancellationToken);

    /// <summary>That computer; null when it has not said anything of itself here.</summary>
    ValueTask<ReportedComputer?> FindComputerAsync(string computerId, CancellationToken cancellationToken);

    /// <summary>All computers known here, by name.</summary>
    ValueTask<IReadOnlyList<ReportedComputer>> ListComputersAsync(CancellationToken cancellationToken);

    /// <summary>All statuses of one computer, by update and user.</summary>
    ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfComputerAsync(string computerId, CancellationToken cancellationToken);

    /// <summary>All statuses of one update, any revision, by computer and user; of one state where one is named. Reads every block that may hold it, so it takes as long as there are computers.</summary>
    ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfUpdateAsync(Guid updateId, UpdateState? state, CancellationToken cancellationToken);

    /// <summary>Counts of those updates, kept with every change: a look-up, however many computers there are. Updates of which nothing is known have none.</summary>
    ValueTask<IReadOnlyList<StatusCount>> CountAsync(IReadOnlyCollection<Guid> updateIds, CancellationToken cancellationToken);

    /// <summary>How many computers reported, by the groups that they are in.</summary>
    ValueTask<IReadOnlyList<ComputerCount>> CountComputersAsync(CancellationToken cancellationToken);
}
