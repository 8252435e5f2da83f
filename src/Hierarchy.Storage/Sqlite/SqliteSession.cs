using Hierarchy.Domain;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hierarchy.Storage.Sqlite;

/// <summary>One connection to one database file, used by one thread at a time. Statements are prepared once and kept; transactions are explicit.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _statements = [];
    private readonly SqliteConnection _connection;
    private readonly string _path;

    private SqliteSession(SqliteConnection connection, string path)
    {
        _connection = connection;
        _path = path;
    }

    /// <summary>For Dapper.</summary>
    public SqliteConnection Connection => _connection;

    public sqlite3 Handle => _connection.Handle ?? throw new ObjectDisposedException(nameof(SqliteSession));

    /// <summary>True between <see cref="Begin"/> and the end of the transaction.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>Opens the file for the one writer, creating it where that is allowed.</summary>
    public static SqliteSession OpenWriter(SqliteStoreOptions options, SqliteDurability durability)
    {
        var session = Open(options, options.ReadOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate);
        try
        {
            foreach (var pragma in SqlitePragmas.Writer(options, durability))
                session.Execute(pragma);
            if (session.JournalMode() is var mode && mode != "wal" && !options.ReadOnly)
                throw new UnavailableException($"{options.Path}: a write-ahead log cannot be kept there (the journal mode is {mode}). Put the data folder on a local disk, not on a network share.");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file for reading beside the writer.</summary>
    public static SqliteSession OpenReader(SqliteStoreOptions options)
    {
        // Not opened read-only: the last connection to close has to be able to fold the write-ahead log into the file.
        var session = Open(options, options.ReadOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite);
        try
        {
            foreach (var pragma in SqlitePragmas.Reader)
                session.Execute(pragma);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The statement for this text, prepared at its first use.</summary>
    public SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = new SqliteStatement(this, sql);
        return statement;
    }

    /// <summary>Executes one statement that is not worth keeping.</summary>
    public void Execute(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        statement.Run();
    }

    /// <summary>The one number that a query gives.</summary>
    public long Number(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    /// <summary>Begins a transaction that may write.</summary>
    public void Begin() => Statement("BEGIN IMMEDIATE").Run();

    /// <summary>Begins a transaction that reads: everything in it is from one snapshot, taken by its first read.</summary>
    public void BeginRead() => Statement("BEGIN").Run();

    public void Commit() => Statement("COMMIT").Run();

    /// <summary>Undoes the transaction if there is one; SQLite itself has done it after some failures.</summary>
    public void Rollback()
    {
        foreach (var statement in _statements.Values)
            statement.Reset();
        if (IsInTransaction) Statement("ROLLBACK").Run();
    }

    /// <summary>What to throw for a result code of this connection.</summary>
    public Exception Failure(int code)
    {
        var extended = raw.sqlite3_extended_errcode(Handle);
        var exception = SqliteErrors.Failure(extended == raw.SQLITE_OK ? code : extended, raw.sqlite3_errmsg(Handle).utf8_to_string(), _path);
        if (SqliteErrors.LeavesDiskUnknown(code)) DiskFailed = true;
        return exception;
    }

    /// <summary>The disk has failed under this connection since it was opened.</summary>
    public bool DiskFailed { get; private set; }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        _connection.Dispose();
    }

    internal sqlite3_stmt PrepareHandle(string sql)
    {
        var code = raw.sqlite3_prepare_v2(Handle, sql, out var statement);
        return code == raw.SQLITE_OK ? statement : throw Failure(code);
    }

    private string JournalMode()
    {
        using var statement = new SqliteStatement(this, "PRAGMA journal_mode");
        return statement.Step() ? statement.Text(0) : "";
    }

    private static SqliteSession Open(SqliteStoreOptions options, SqliteOpenMode mode)
    {
        SqliteEngine.Initialize();
        var source = options.Vfs is null ? options.Path : $"file:{Uri.EscapeDataString(options.Path)}?vfs={options.Vfs}";
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return new SqliteSession(connection, options.Path);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw SqliteErrors.Failure(exception, options.Path);
        }
    }
}
