using Dapper;
using Hierarchy.Storage.SqlServer;
using Microsoft.Data.SqlClient;
using Xunit;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>A schema of one test's own in the database that `HIERARCHY_TEST_SQLSERVER` names; dropped with everything in it. Without the variable the test is skipped, by name.</summary>
internal sealed class SqlServerSandbox : IAsyncDisposable
{
    public const string Variable = "HIERARCHY_TEST_SQLSERVER";

    private readonly string _schema = $"test_{Guid.NewGuid():N}"[..20];

    /// <summary>Skips the test where there is no database.</summary>
    public SqlServerStoreOptions Options
    {
        get
        {
            var text = Environment.GetEnvironmentVariable(Variable);
            if (string.IsNullOrEmpty(text)) Assert.Skip($"NOT RUN: there is no SQL Server here ({Variable} holds no connection string).");
            return new SqlServerStoreOptions { ConnectionString = ConnectionText.Complete(text), Schema = _schema, Timeout = TimeSpan.FromSeconds(60) };
        }
    }

    /// <summary>Executes something behind the store's back; the texts name the schema `hierarchy`.</summary>
    public int Execute(string sql, object? parameters = null)
    {
        using var connection = new SqlConnection(Options.ConnectionString);
        connection.Open();
        return connection.Execute(SqlServerDatabase.InSchema(sql, _schema), parameters);
    }

    public async ValueTask DisposeAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))) return;
        await using var connection = new SqlConnection(Options.ConnectionString);
        await connection.OpenAsync();
        foreach (var table in (await connection.QueryAsync<string>("SELECT name FROM sys.tables WHERE schema_id = SCHEMA_ID(@schema)", new { schema = _schema })).ToArray())
            await connection.ExecuteAsync($"DROP TABLE {_schema}.{table}");
        if (await connection.ExecuteScalarAsync<int>("SELECT CASE WHEN SCHEMA_ID(@schema) IS NULL THEN 0 ELSE 1 END", new { schema = _schema }) == 1)
            await connection.ExecuteAsync($"DROP SCHEMA {_schema}");
    }
}
