using Dapper;
using Hierarchy.Domain;
using Microsoft.Data.Sqlite;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Local state in one SQLite file with `synchronous=FULL`.</summary>
public sealed class SqliteLocalState : ILocalState, IAsyncDisposable
{
    private static readonly SqliteSchema Schema = new(0x48_4C_4F_43, "store of local state", [["CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"]]);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly SqliteReaders _readers;
    private readonly SqliteFileLock? _lock;
    private readonly SqliteSession _session;
    private readonly string _path;

    private SqliteLocalState(SqliteStoreOptions options, SqliteFileLock? fileLock, SqliteSession session)
    {
        _path = options.Path;
        _lock = fileLock;
        _session = session;
        _readers = new SqliteReaders(options);
        Schema.Migrate(session, options);
    }

    /// <summary>Opens the store, creating it where there is none.</summary>
    /// <exception cref="UnavailableException">Another server holds the file, or the disk refuses.</exception>
    /// <exception cref="IntegrityException">The file is damaged, or is something else.</exception>
    public static SqliteLocalState Open(SqliteStoreOptions options)
    {
        var fileLock = SqliteFileLock.Take(options);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(options, SqliteDurability.Full);
            return new SqliteLocalState(options, fileLock, session);
        }
        catch
        {
            session?.Dispose();
            fileLock?.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        _readers.ReadAsync(
            (session, name) => Translate(() => session.Connection.QuerySingleOrDefault<byte[]?>("SELECT value FROM state WHERE key = @name", new { name })), key, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        _readers.ReadAsync((session, start) => Translate(() => List(session, start)), prefix, cancellationToken);

    /// <inheritdoc />
    public async ValueTask SetAllAsync(IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>?>> values, CancellationToken cancellationToken)
    {
        LocalStateExtensions.ValidateNames(values);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_session.DiskFailed)
                throw new UnavailableException($"{_path}: writing has stopped because the disk failed before. Check the disk and the system's log, then restart the server.");
            _session.Begin();
            foreach (var (key, value) in values)
                Put(key, value);
            _session.Commit();
        }
        finally
        {
            // After a commit there is nothing to undo.
            _session.Rollback();
            _gate.Release();
        }
    }

    /// <summary>Lets go of the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync(CancellationToken.None);
        _readers.Dispose();
        _session.Dispose();
        _lock?.Dispose();
        _gate.Release();
    }

    private void Put(string key, ReadOnlyMemory<byte>? value)
    {
        if (value is null) _session.Statement("DELETE FROM state WHERE key = ?1").Bind(1, key).Run();
        else _session.Statement("INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2").Bind(1, key).Bind(2, value).Run();
    }

    private static IReadOnlyList<KeyValuePair<string, byte[]>> List(SqliteSession session, string prefix) =>
    [
        .. session.Connection
            .Query<(string Key, byte[] Value)>("SELECT key, value FROM state WHERE key >= @prefix AND key < @end ORDER BY key", new { prefix, end = prefix + "\U0010FFFF" })
            .Select(row => KeyValuePair.Create(row.Key, row.Value)),
    ];

    private TResult Translate<TResult>(Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Failure(exception, _path);
        }
    }
}
