using System.Collections.Concurrent;
using System.Data;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// The one place that opens connections. Statements name the schema `hierarchy`; where another one is configured, they are rewritten once. Everything is synchronous, on a thread of its own where
/// a caller waits: the driver reads long binary columns many times slower when it is asked asynchronously.
/// </summary>
internal sealed partial class SqlServerDatabase
{
    private const string WrittenSchema = "hierarchy";

    private readonly ConcurrentDictionary<string, string> _texts = new();
    private readonly string _writing;
    private readonly string _reading;

    public SqlServerDatabase(SqlServerStoreOptions options)
    {
        if (!SqlServerStoreOptions.IsSchemaName(options.Schema)) throw new ArgumentException($"The schema '{options.Schema}' is not a name of small letters, digits and underscores.", nameof(options));
        Schema = options.Schema;
        Timeout = (int)options.Timeout.TotalSeconds;
        _writing = options.ConnectionString;
        // A connection goes back to its pool with the isolation of its last transaction: those that write never read snapshots.
        _reading = ConnectionText.For(options.ConnectionString, "reading");
        Name = ConnectionText.Describe(options.ConnectionString);
        SqlServerErrors.CheckCultures(Name);
        SqlServerErrors.CheckKeywords(Name, options.ConnectionString);
    }

    /// <summary>`database hierarchy on sql.example`.</summary>
    public string Name { get; }

    public string Schema { get; }

    /// <summary>Of a statement, in seconds.</summary>
    public int Timeout { get; }

    /// <summary>The text for the configured schema.</summary>
    public string Sql(string text) => Schema == WrittenSchema ? text : _texts.GetOrAdd(text, static (written, schema) => InSchema(written, schema), Schema);

    /// <summary>The text for a schema.</summary>
    public static string InSchema(string text, string schema) => WrittenName().Replace(text, schema + ".");

    /// <summary>Runs something that is whole in itself, and again when the server undid it for a deadlock.</summary>
    public TResult Run<TResult>(Func<SqlConnection, TResult> work) => Attempt(_writing, work, RetryPolicy.Deadlock);

    /// <summary>The same in one transaction; what ends without an exception is committed.</summary>
    public TResult Transact<TResult>(Func<SqlConnection, SqlTransaction, TResult> work) => Run(connection => InTransaction(connection, IsolationLevel.ReadCommitted, work));

    /// <summary>Reads in one transaction of the given isolation.</summary>
    public TResult Read<TResult>(IsolationLevel isolation, Func<SqlConnection, SqlTransaction, TResult> read) =>
        Attempt(_reading, connection => InTransaction(connection, isolation, read), RetryPolicy.Deadlock);

    /// <summary>Transacts, and again also when two wrote one key at once: for work that then finds the other's row.</summary>
    public TResult TransactOverDuplicates<TResult>(Func<SqlConnection, SqlTransaction, TResult> work) =>
        Attempt(_writing, connection => InTransaction(connection, IsolationLevel.ReadCommitted, work), RetryPolicy.Deadlock, RetryPolicy.DuplicateInIndex, RetryPolicy.DuplicateInConstraint);

    /// <summary>One attempt without translation: for a commit, whose failures have to be understood.</summary>
    public TResult RunOnce<TResult>(Func<SqlConnection, TResult> work)
    {
        using var connection = new SqlConnection(_writing);
        connection.Open();
        return work(connection);
    }

    public static TResult InTransaction<TResult>(SqlConnection connection, IsolationLevel isolation, Func<SqlConnection, SqlTransaction, TResult> work)
    {
        // Disposed before it is committed, it is undone.
        using var transaction = connection.BeginTransaction(isolation);
        var result = work(connection, transaction);
        transaction.Commit();
        return result;
    }

    private TResult Attempt<TResult>(string connectionString, Func<SqlConnection, TResult> work, params ReadOnlySpan<int> retried)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var connection = new SqlConnection(connectionString);
                connection.Open();
                return work(connection);
            }
            catch (SqlException exception) when (retried.Contains(exception.Number) && RetryPolicy.DelayAfter(attempt, Random.Shared.NextDouble()) is { } delay)
            {
                Task.Delay(delay).Wait();
            }
            catch (Exception exception) when (SqlServerErrors.Translate(exception, Name) is { } translated)
            {
                throw translated;
            }
        }
    }

    [GeneratedRegex(@"\bhierarchy\.")]
    private static partial Regex WrittenName();
}
