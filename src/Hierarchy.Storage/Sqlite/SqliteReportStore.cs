using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Reports and their outbox in one SQLite file with `synchronous=FULL`. Merges that come at once share a commit.</summary>
public sealed class SqliteReportStore : IReportStore, IAsyncDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly SqliteFileLock? _lock;
    private readonly SqliteSession _session;
    private readonly SqliteReaders _readers;
    private readonly ReportMemory _memory;
    private readonly ReportReads _reads;
    private readonly GroupCommitter? _writer;
    private readonly bool _isRoot;
    private volatile OutboxState _head = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);

    private SqliteReportStore(SqliteStoreOptions options, SqliteFileLock? fileLock, SqliteSession session, bool isRoot, bool isRestored, ComputerGroups groupsOf)
    {
        _options = options;
        _lock = fileLock;
        _session = session;
        _isRoot = isRoot;
        _readers = new SqliteReaders(options);
        _memory = new ReportMemory(session, isRoot, groupsOf, head => _head = head);
        _reads = new ReportReads(_memory.Rows);
        ReportSql.Schema.Migrate(session, options);
        _memory.Open(options.ReadOnly, isRestored);
        if (!options.ReadOnly) _writer = new GroupCommitter(session, _memory, options.Path);
    }

    /// <inheritdoc />
    public event Action<long>? Changed
    {
        add => _memory.Changed += value;
        remove => _memory.Changed -= value;
    }

    /// <inheritdoc />
    public Guid OutboxIncarnation => _head.Incarnation;

    /// <inheritdoc />
    public long OutboxHead => _head.Head;

    /// <inheritdoc />
    public Guid ChapterOf(long number) => _memory.Chapters.Of(number);

    /// <inheritdoc />
    public long Rooted => _head.Rooted;

    /// <inheritdoc />
    public Guid RootLife => _head.RootLife;

    /// <summary>Opens the store, creating it where there is none.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="isRoot">At the root whatever is durable is rooted.</param>
    /// <param name="restored">The file came from a backup: numbers behind it were given before, so the outbox begins a new life, and parent and children exchange everything again.</param>
    /// <param name="groupsOf">The groups under which a computer's statuses are counted; null for none.</param>
    /// <exception cref="UnavailableException">Another server holds the file, or the disk refuses.</exception>
    /// <exception cref="IntegrityException">The file is damaged, or is something else.</exception>
    public static SqliteReportStore Open(SqliteStoreOptions options, bool isRoot, bool restored = false, ComputerGroups? groupsOf = null)
    {
        var fileLock = SqliteFileLock.Take(options);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(options, SqliteDurability.Full);
            return new SqliteReportStore(options, fileLock, session, isRoot, restored, groupsOf ?? (static _ => []));
        }
        catch
        {
            session?.Dispose();
            fileLock?.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<int> MergeAsync(
        IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child, CancellationToken cancellationToken) =>
        Writer.RunAsync(() => _memory.Merge(computers, statuses, child), cancellationToken);

    /// <inheritdoc />
    public ValueTask<int> RegroupAsync(IReadOnlyCollection<string> computerIds, CancellationToken cancellationToken) =>
        Writer.RunAsync(() => _memory.Regroup(computerIds), cancellationToken);

    /// <inheritdoc />
    public ValueTask<OutboxPage> ReadOutboxAsync(long after, int maxRows, int maxBytes, CancellationToken cancellationToken) =>
        _readers.ReadAsync(_reads.ReadOutbox, (after, maxRows, maxBytes, _head.Full), cancellationToken);

    /// <inheritdoc />
    public async ValueTask AcknowledgeAsync(long received, long rooted, Guid rootLife, CancellationToken cancellationToken) =>
        await Writer.RunAsync(() => _memory.Acknowledge(received, rooted, rootLife), cancellationToken);

    /// <inheritdoc />
    public async ValueTask RenewOutboxAsync(CancellationToken cancellationToken) => await Writer.RunAsync(_memory.Renew, cancellationToken);

    /// <inheritdoc />
    public ValueTask<ChildOutbox?> FindChildAsync(string serverId, Guid incarnation, CancellationToken cancellationToken) =>
        _readers.ReadAsync(ReportReads.FindChild, (serverId, incarnation, _isRoot), cancellationToken);

    /// <inheritdoc />
    public async ValueTask ForgetChildrenAsync(CancellationToken cancellationToken) => await Writer.RunAsync(_memory.ForgetChildren, cancellationToken);

    /// <inheritdoc />
    public ValueTask<ReportedComputer?> FindComputerAsync(string computerId, CancellationToken cancellationToken) => _readers.ReadAsync(_reads.FindComputer, computerId, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ReportedComputer>> ListComputersAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, reads) => reads.ListComputers(session), _reads, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfComputerAsync(string computerId, CancellationToken cancellationToken) =>
        _readers.ReadAsync(_reads.ListStatusesOfComputer, computerId, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfUpdateAsync(Guid updateId, UpdateState? state, CancellationToken cancellationToken) =>
        _readers.ReadAsync(_reads.ListStatusesOfUpdate, (updateId, state), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusCount>> CountAsync(IReadOnlyCollection<Guid> updateIds, CancellationToken cancellationToken) =>
        _readers.ReadAsync(_reads.Count, updateIds, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ComputerCount>> CountComputersAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, reads) => reads.CountComputers(session), _reads, cancellationToken);

    /// <summary>Ends after everything that was accepted, and lets go of the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_writer is not null) await _writer.DisposeAsync();
        _readers.Dispose();
        _session.Dispose();
        _lock?.Dispose();
    }

    private GroupCommitter Writer =>
        _writer ?? throw new UnavailableException($"{_options.Path}: the store was opened only to look at it, so nothing can be written. Ask the server that runs on it.");
}
