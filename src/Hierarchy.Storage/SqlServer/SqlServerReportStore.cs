using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.SqlServer;

/// <summary>Reports and their outbox in SQL Server. Merges that come at once share a commit.</summary>
public sealed class SqlServerReportStore : IReportStore, IAsyncDisposable
{
    // A wait for the database is a thread's: so many go on at once.
    private readonly SemaphoreSlim _free;
    private readonly ReportBook _book;
    private readonly ReportShelf _shelf;
    private readonly CommitQueue<ReportWork> _queue;
    private readonly bool _isRoot;
    private volatile OutboxState _outbox = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);
    private volatile IReadOnlyDictionary<string, ChildRecord> _children = new Dictionary<string, ChildRecord>();

    internal SqlServerReportStore(IReportTables tables, int readers, bool isRoot, bool isRestored, ComputerGroups? groupsOf)
    {
        _free = new SemaphoreSlim(readers);
        _isRoot = isRoot;
        _book = new ReportBook(tables, isRoot, groupsOf ?? (static _ => []), (outbox, children) => (_outbox, _children) = (outbox, children));
        _shelf = new ReportShelf(tables, _book.Rows);
        _book.Open(isRestored);
        _queue = new CommitQueue<ReportWork>(_book.TryCommit, tables.Name);
    }

    /// <inheritdoc />
    public event Action<long>? Changed
    {
        add => _book.Changed += value;
        remove => _book.Changed -= value;
    }

    /// <inheritdoc />
    public Guid OutboxIncarnation => _outbox.Incarnation;

    /// <inheritdoc />
    public long OutboxHead => _outbox.Head;

    /// <inheritdoc />
    public Guid ChapterOf(long number) => _book.Chapters.Of(number);

    /// <inheritdoc />
    public long Rooted => _outbox.Rooted;

    /// <inheritdoc />
    public Guid RootLife => _outbox.RootLife;

    /// <summary>Opens the store, creating its tables where there are none.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="isRoot">At the root whatever is durable is rooted.</param>
    /// <param name="restored">The database came from a backup: numbers behind it were given before, so the outbox begins a new life, and parent and children exchange everything again.</param>
    /// <param name="groupsOf">The groups under which a computer's statuses are counted; null for none.</param>
    /// <exception cref="UnavailableException">The database cannot be reached, or refuses.</exception>
    /// <exception cref="IntegrityException">The tables are damaged, or of a later version.</exception>
    public static SqlServerReportStore Open(SqlServerStoreOptions options, bool isRoot, bool restored = false, ComputerGroups? groupsOf = null)
    {
        var database = new SqlServerDatabase(options);
        ReportTables.Schema.Migrate(database);
        using var readers = new SqlServerReaders(database, readers: 1);
        return new SqlServerReportStore(new SqlServerReportTables(database, readers.Isolation), options.Readers, isRoot, restored, groupsOf);
    }

    /// <inheritdoc />
    public ValueTask<int> MergeAsync(
        IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child, CancellationToken cancellationToken)
    {
        var ids = computers.Select(computer => computer.ComputerId).Concat(statuses.Select(status => status.ComputerId)).ToHashSet(StringComparer.Ordinal);
        return WriteAsync(ids, (computers.Count * 512L) + (statuses.Count * 64L), book => book.Merge(computers, statuses, child), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<int> RegroupAsync(IReadOnlyCollection<string> computerIds, CancellationToken cancellationToken) =>
        WriteAsync([.. computerIds.Distinct(StringComparer.Ordinal)], bytes: 0, book => book.Regroup(computerIds), cancellationToken);

    /// <inheritdoc />
    public ValueTask<OutboxPage> ReadOutboxAsync(long after, int maxRows, int maxBytes, CancellationToken cancellationToken)
    {
        var full = _outbox.Full;
        return ReadAsync(() => _shelf.ReadOutbox(after, maxRows, maxBytes, full), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask AcknowledgeAsync(long received, long rooted, Guid rootLife, CancellationToken cancellationToken) =>
        await WriteAsync([], bytes: 0, book => book.Acknowledge(received, rooted, rootLife), cancellationToken);

    /// <inheritdoc />
    public async ValueTask RenewOutboxAsync(CancellationToken cancellationToken) => await WriteAsync([], bytes: 0, book => book.Renew(), cancellationToken);

    /// <inheritdoc />
    public ValueTask<ChildOutbox?> FindChildAsync(string serverId, Guid incarnation, CancellationToken cancellationToken)
    {
        var child = _children.GetValueOrDefault(serverId);
        return ValueTask.FromResult(child is null || child.Incarnation != incarnation ? null : new ChildOutbox(serverId, incarnation, child.Received, _isRoot ? child.Received : child.Rooted, child.Chapter));
    }

    /// <inheritdoc />
    public async ValueTask ForgetChildrenAsync(CancellationToken cancellationToken) => await WriteAsync([], bytes: 0, book => book.ForgetChildren(), cancellationToken);

    /// <inheritdoc />
    public ValueTask<ReportedComputer?> FindComputerAsync(string computerId, CancellationToken cancellationToken) => ReadAsync(() => _shelf.FindComputer(computerId), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ReportedComputer>> ListComputersAsync(CancellationToken cancellationToken) => ReadAsync(_shelf.ListComputers, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfComputerAsync(string computerId, CancellationToken cancellationToken) =>
        ReadAsync(() => _shelf.ListStatusesOfComputer(computerId), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusReport>> ListStatusesOfUpdateAsync(Guid updateId, UpdateState? state, CancellationToken cancellationToken) =>
        ReadAsync(() => _shelf.ListStatusesOfUpdate(updateId, state), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StatusCount>> CountAsync(IReadOnlyCollection<Guid> updateIds, CancellationToken cancellationToken) => ReadAsync(() => _shelf.Count(updateIds), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ComputerCount>> CountComputersAsync(CancellationToken cancellationToken) => ReadAsync(_shelf.CountComputers, cancellationToken);

    /// <summary>Ends after everything that was accepted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        _free.Dispose();
    }

    private ValueTask<TResult> WriteAsync<TResult>(IReadOnlyCollection<string> computerIds, long bytes, Func<ReportBook, TResult> execute, CancellationToken cancellationToken) =>
        _queue.RunAsync<TResult, ReportWork<TResult>>(new ReportWork<TResult>(computerIds, bytes, execute, cancellationToken), cancellationToken);

    private async ValueTask<TResult> ReadAsync<TResult>(Func<TResult> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(read, cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }
}
