using System.Data;
using System.Text;
using Dapper;
using Hierarchy.Domain;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>Local state in one table of a SQL Server database. Names stand there as their UTF-8 bytes: no collation tells or orders them.</summary>
public sealed class SqlServerLocalState : ILocalState, IAsyncDisposable
{
    internal const string Get = "SELECT value FROM hierarchy.local_state WHERE name = @name";

    internal const string List = "SELECT name AS Name, value AS Value FROM hierarchy.local_state WHERE name >= @start AND name < @stop ORDER BY name";

    /// <summary>Followed by a list of names in brackets.</summary>
    internal const string Remove = "DELETE FROM hierarchy.local_state WHERE name IN ";

    internal const string Put = "INSERT INTO hierarchy.local_state (name, value) VALUES (@name, @value)";

    /// <summary>So many are put one by one; more are copied in bulk.</summary>
    private const int MostOneByOne = 16;

    private const int LongestName = 512;

    internal static readonly SqlServerSchema Schema = new(
        "local",
        "store of local state",
        [["CREATE TABLE hierarchy.local_state (name varbinary(512) NOT NULL PRIMARY KEY, value varbinary(max) NOT NULL)"]]);

    // Behind every name: bytes of UTF-8 lie below it.
    private static readonly byte[] Last = [0xFF];

    private readonly SqlServerDatabase _database;

    private SqlServerLocalState(SqlServerDatabase database)
    {
        _database = database;
        Schema.Migrate(database);
    }

    /// <summary>Opens the store, creating its table where there is none.</summary>
    /// <exception cref="UnavailableException">The database cannot be reached, or refuses.</exception>
    /// <exception cref="IntegrityException">The table is of a later version.</exception>
    public static SqlServerLocalState Open(SqlServerStoreOptions options) => new(new SqlServerDatabase(options));

    /// <inheritdoc />
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(
            () => _database.Run(connection => connection.QuerySingleOrDefault<byte[]?>(
                _database.Sql(Get), new ParameterList().Add("name", Encoding.UTF8.GetBytes(key), LongestName).Values, transaction: null, _database.Timeout)),
            cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<KeyValuePair<string, byte[]>>>(
            () => _database.Run(connection =>
            {
                var start = Encoding.UTF8.GetBytes(prefix);
                var parameters = new ParameterList().Add("start", start, LongestName).Add("stop", (byte[])[.. start, .. Last], LongestName + 1);
                return connection.Query<Row>(_database.Sql(List), parameters.Values, transaction: null, buffered: true, _database.Timeout)
                    .Select(row => KeyValuePair.Create(Encoding.UTF8.GetString(row.Name), row.Value)).ToArray();
            }),
            cancellationToken);

    /// <inheritdoc />
    public async ValueTask SetAllAsync(IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>?>> values, CancellationToken cancellationToken)
    {
        LocalStateExtensions.ValidateNames(values);
        // Of a name that comes twice, the later word counts.
        var last = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        foreach (var (key, value) in values)
            last[key] = value;
        await RunAsync(() => _database.TransactOverDuplicates((connection, transaction) => Set(connection, transaction, last)), cancellationToken);
    }

    /// <summary>Nothing is held.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async ValueTask<TResult> RunAsync<TResult>(Func<TResult> run, CancellationToken cancellationToken) => await Task.Run(run, cancellationToken);

    private int Set(SqlConnection connection, SqlTransaction transaction, Dictionary<string, ReadOnlyMemory<byte>?> values)
    {
        foreach (var part in values.Keys.Select(Encoding.UTF8.GetBytes).Chunk(1000))
        {
            var parameters = new ParameterList();
            connection.Execute(_database, $"{Remove}({parameters.List("name", part, LongestName)})", transaction, parameters.Values);
        }

        var set = values.Where(entry => entry.Value is not null).ToArray();
        if (set.Length > MostOneByOne) return Copy(connection, transaction, set);
        foreach (var (key, value) in set)
            connection.Execute(_database, Put, transaction, new ParameterList().Add("name", Encoding.UTF8.GetBytes(key), LongestName).Add("value", value, length: -1).Values);
        return set.Length;
    }

    private int Copy(SqlConnection connection, SqlTransaction transaction, KeyValuePair<string, ReadOnlyMemory<byte>?>[] set)
    {
        using var rows = new DataTable();
        rows.Columns.Add("name", typeof(byte[]));
        rows.Columns.Add("value", typeof(byte[]));
        foreach (var (key, value) in set)
            rows.Rows.Add(Encoding.UTF8.GetBytes(key), value.GetValueOrDefault().ToArray());
        PlanWriter.Copy(_database, connection, transaction, "local_state", rows);
        return set.Length;
    }

    private sealed class Row
    {
        public byte[] Name { get; set; } = [];

        public byte[] Value { get; set; } = [];
    }
}
