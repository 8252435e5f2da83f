using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>
/// The log of the server that decides, in one SQLite file with `synchronous=FULL`. Opening it takes the file's lock, draws the log's id if the file is new, and begins the next epoch, durably,
/// before anything else can be read from it; a log that has been superseded is opened without one, and takes no changes.
/// </summary>
public sealed class SqliteAuthorityLog : SqliteLogReader, IAuthorityLog
{
    private const int RevisionNumberBlock = 1000;

    private readonly SqliteStoreOptions _options;
    private readonly SqliteFileLock? _lock;
    private readonly SqliteSession _session;
    private readonly AuthorityMemory _memory;
    private readonly GroupCommitter? _writer;
    private readonly RevisionNumbers _revisionNumbers;
    private volatile string? _halted;

    private SqliteAuthorityLog(
        SqliteStoreOptions options, SqliteFileLock? fileLock, SqliteSession session, AuthorityStart start, int above, ReadOnlyMemory<byte> publicKey) : base(options)
    {
        _options = options;
        _lock = fileLock;
        _session = session;
        _memory = new AuthorityMemory(session, state => State = state);
        LogSql.Schema.Migrate(session, options);
        var promoted = start == AuthorityStart.AfterLoss && session.Number("SELECT count(*) FROM log_head") != 0;
        if (!promoted && session.Number("SELECT count(*) FROM staging") != 0)
            throw new IntegrityException($"{options.Path}: this is a replica's log in the middle of a transfer, and cannot decide. Let the replica finish, or restore a backup.");
        _memory.Open(LogState.Read(session));
        _revisionNumbers = new RevisionNumbers(session, RevisionNumberBlock);
        if (options.ReadOnly) return;
        if (start == AuthorityStart.Halted) _halted = $"{options.Path}: this log was superseded, and takes no changes. Ask the server that took its place.";
        else BeginEpoch(start, above, publicKey);
        _writer = new GroupCommitter(session, _memory, options.Path);
    }

    /// <inheritdoc />
    public event Action<CommittedTransaction>? Committed
    {
        add => _memory.Transaction += value;
        remove => _memory.Transaction -= value;
    }

    /// <inheritdoc />
    public string? Halted => _halted;

    /// <summary>Opens the log, creating it where there is none.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="publicKey">The key (SubjectPublicKeyInfo) that signs the checkpoints of the new epoch; empty while nothing is signed.</param>
    /// <param name="start">What came before; after a loss, what a mirror had staged is dropped: its live records are the state.</param>
    /// <param name="above">The highest epoch that was heard of elsewhere; the new one lies above.</param>
    /// <exception cref="UnavailableException">Another server holds the file, or the disk refuses.</exception>
    /// <exception cref="IntegrityException">The file is damaged, or is something else.</exception>
    public static SqliteAuthorityLog Open(SqliteStoreOptions options, ReadOnlyMemory<byte> publicKey = default, AuthorityStart start = AuthorityStart.Restart, int above = 0)
    {
        var fileLock = SqliteFileLock.Take(options);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(options, SqliteDurability.Full);
            return new SqliteAuthorityLog(options, fileLock, session, start, above, publicKey);
        }
        catch
        {
            session?.Dispose();
            fileLock?.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<CommittedTransaction> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        TransactionLimits.Check(changes);
        return Writer.RunAsync(() => Decide(() => _memory.Commit(changes)), cancellationToken);
    }

    /// <inheritdoc />
    public void Halt(string reason) => _halted = reason;

    /// <inheritdoc />
    public ValueTask<int> ReserveRevisionNumbersAsync(int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (_halted is { } reason) throw new SupersededException(reason);
        return _revisionNumbers.TryTake(count) is { } first ? new ValueTask<int>(first) : ReserveMoreAsync(count, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask CompactAsync(long floor, CancellationToken cancellationToken) =>
        await Writer.RunAsync(() => Decide(() => _memory.Compact(floor)), cancellationToken);

    /// <summary>Ends after everything that was accepted, and lets go of the file.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_writer is not null) await _writer.DisposeAsync();
        await base.DisposeAsync();
        _session.Dispose();
        _lock?.Dispose();
    }

    private GroupCommitter Writer =>
        _writer ?? throw new UnavailableException($"{_options.Path}: the log was opened only to look at it, so nothing can be written. Ask the server that runs on it.");

    private TResult Decide<TResult>(Func<TResult> decide) => _halted is { } reason ? throw new SupersededException(reason) : decide();

    private void BeginEpoch(AuthorityStart start, int above, ReadOnlyMemory<byte> publicKey)
    {
        _session.Begin();
        try
        {
            _memory.Begin();
            _memory.BeginEpoch(start, above, publicKey);
            if (start == AuthorityStart.AfterLoss) SkipWhatMayBeGiven();
            _memory.Prepare();
            _session.Commit();
        }
        catch
        {
            _session.Rollback();
            throw;
        }

        _memory.Committed();
    }

    private void SkipWhatMayBeGiven()
    {
        _revisionNumbers.Skip(RevisionNumberPayload.Skip, _memory);
        _session.Statement(LogSql.DropStaged).Run();
        _session.Statement(LogSql.DropStaging).Run();
    }

    private ValueTask<int> ReserveMoreAsync(int count, CancellationToken cancellationToken) =>
        Writer.RunAsync(() => Decide(() => _revisionNumbers.Reserve(count, _memory)), cancellationToken);
}
