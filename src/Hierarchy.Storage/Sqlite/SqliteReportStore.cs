using Hierarchy.Domain;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Reports and their outbox in one SQLite file with `synchronous=FULL`. Merges that come at once share a commit.</summary>
public sealed class SqliteReportStore : IReportStore, IAsyncDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly SqliteFileLock? _lock;
    private readonly SqliteSession _session;
    private readonly SqliteReaders _readers;
    private readonly ReportMemory _memory;
    private readonly GroupCommitter? _writer;
    private readonly bool _isRoot;
    private volatile OutboxHead _head = new(Guid.Empty, 0, 0);

    private SqliteReportStore(SqliteStoreOptions options, SqliteFileLock? fileLock, SqliteSession session, bool isRoot)
    {
        _options = options;
        _lock = fileLock;
        _session = session;
        _isRoot = isRoot;
        _readers = new SqliteReaders(options);
        _memory = new ReportMemory(session, isRoot, head => _head = head);
        ReportSql.Schema.Migrate(session, options);
        _memory.Open(options.ReadOnly);
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
    public long Rooted => _head.Rooted;

    /// <summary>Opens the store, creating it where there is none.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="isRoot">At the root whatever is durable is rooted.</param>
    /// <exception cref="UnavailableException">Another server holds the file, or the disk refuses.</exception>
    /// <exception cref="IntegrityException">The file is damaged, or is something else.</exception>
    public static SqliteReportStore Open(SqliteStoreOptions options, bool isRoot)
    {
        var fileLock = SqliteFileLock.Take(options);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(options, SqliteDurability.Full);
            return new SqliteReportStore(options, fileLock, session, isRoot);
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
    public ValueTask<OutboxPage> ReadOutboxAsync(long after, int maxRows, int maxBytes, CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, limits) => ReadOutbox(session, limits.after, limits.maxRows, limits.maxBytes), (after, maxRows, maxBytes), cancellationToken);

    /// <inheritdoc />
    public async ValueTask MarkRootedAsync(long through, CancellationToken cancellationToken)
    {
        if (through > Rooted) await Writer.RunAsync(() => _memory.MarkRooted(through), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<ChildOutbox?> FindChildAsync(string serverId, Guid incarnation, CancellationToken cancellationToken)
    {
        var found = await _readers.ReadAsync(FindChild, (serverId, incarnation), cancellationToken);
        return found is { } child ? new ChildOutbox(serverId, incarnation, child.Received) : null;
    }

    /// <inheritdoc />
    public async ValueTask<long> RootedOfChildAsync(string serverId, Guid incarnation, CancellationToken cancellationToken)
    {
        var found = await _readers.ReadAsync(FindChild, (serverId, incarnation), cancellationToken);
        return found is not { } child ? 0 : _isRoot ? child.Received : child.Rooted;
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ComputerReport>> ListComputersAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, _) => (IReadOnlyList<ComputerReport>)List(session.Statement(ReportSql.ListComputers), ReportRow.ReadComputer), 0, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfComputerAsync(string computerId, CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, id) => (IReadOnlyList<StatusReport>)List(session.Statement(ReportSql.ListStatusesOfComputer).Bind(1, id), ReportRow.ReadStatus), computerId, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfUpdateAsync(Guid updateId, CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, id) => (IReadOnlyList<StatusReport>)List(session.Statement(ReportSql.ListStatusesOfUpdate).Bind(1, id), ReportRow.ReadStatus), updateId, cancellationToken);

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

    // Computers and statuses have numbers of one sequence: the two are read side by side, always from the lower number.
    private static OutboxPage ReadOutbox(SqliteSession session, long after, int maxRows, int maxBytes)
    {
        var computers = new List<ComputerReport>();
        var statuses = new List<StatusReport>();
        var computer = session.Statement(ReportSql.ReadComputersAfter).Bind(1, after).Bind(2, Math.Max(1, maxRows));
        var status = session.Statement(ReportSql.ReadStatusesAfter).Bind(1, after).Bind(2, Math.Max(1, maxRows));
        var (hasComputer, hasStatus) = (computer.Step(), status.Step());
        var (through, rows, bytes) = (after, 0, 0L);
        while ((hasComputer || hasStatus) && (rows == 0 || (rows < maxRows && bytes < maxBytes)))
        {
            if (hasComputer && (!hasStatus || computer.Int64(0) < status.Int64(0)))
            {
                through = computer.Int64(0);
                computers.Add(ReportRow.ReadComputer(computer));
                bytes += ReportRow.Size(computers[^1]);
                hasComputer = computer.Step();
            }
            else
            {
                through = status.Int64(0);
                statuses.Add(ReportRow.ReadStatus(status));
                bytes += ReportRow.Size(statuses[^1]);
                hasStatus = status.Step();
            }

            rows++;
        }

        computer.Reset();
        status.Reset();
        return new OutboxPage(computers, statuses, through);
    }

    private static (long Received, long Rooted)? FindChild(SqliteSession session, (string ServerId, Guid Incarnation) child)
    {
        var row = session.Statement(ReportSql.FindChild).Bind(1, child.ServerId).Bind(2, child.Incarnation);
        if (!row.Step()) return null;
        var found = (row.Int64(0), row.Int64(1));
        row.Reset();
        return found;
    }

    private static List<TRow> List<TRow>(SqliteStatement statement, Func<SqliteStatement, TRow> read)
    {
        var rows = new List<TRow>();
        while (statement.Step())
            rows.Add(read(statement));
        return rows;
    }
}
