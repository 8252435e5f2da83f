using System.Data;
using Dapper;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// Reads of several statements that have to see one state. On snapshots where the database allows them; elsewhere in repeatable reads that take the head first and so hold the writer back for as long
/// as they take, which is right, and slower.
/// </summary>
internal sealed class SqlServerReaders : IDisposable
{
    internal const string SnapshotState = "SELECT COALESCE(MAX(CAST(snapshot_isolation_state AS int)), 0) FROM sys.databases WHERE name = DB_NAME()";

    internal const string AllowSnapshots = "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON";

    // The statement waits for every transaction that is under way in the database.
    private const int AllowSeconds = 10;

    private readonly SqlServerDatabase _database;
    private readonly SemaphoreSlim _free;

    public SqlServerReaders(SqlServerDatabase database, int readers)
    {
        _database = database;
        _free = new SemaphoreSlim(readers);
        Isolation = database.Run(ChooseIsolation);
    }

    /// <summary>What reads run in.</summary>
    public IsolationLevel Isolation { get; }

    /// <summary>Runs a read in one transaction, on a thread that may wait.</summary>
    public async ValueTask<TResult> ReadAsync<TResult>(Func<SqlConnection, SqlTransaction, TResult> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => _database.Read(Isolation, read), cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();

    private static IsolationLevel ChooseIsolation(SqlConnection connection)
    {
        if (AreAllowed(connection)) return IsolationLevel.Snapshot;
        try
        {
            connection.Execute(AllowSnapshots, param: null, transaction: null, AllowSeconds);
        }
        catch (SqlException)
        {
            // The account may not, or others are at work; an administrator can do it at any time.
        }

        return AreAllowed(connection) ? IsolationLevel.Snapshot : IsolationLevel.RepeatableRead;
    }

    private static bool AreAllowed(SqlConnection connection) => connection.State == ConnectionState.Open && connection.ExecuteScalar<int>(SnapshotState) == 1;
}
