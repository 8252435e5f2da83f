using Dapper;
using Hierarchy.Domain.Changes;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>Dapper with what every statement of a database has in common.</summary>
internal static class SqlServerQueries
{
    /// <summary>How many rows changed.</summary>
    public static int Execute(this SqlConnection connection, SqlServerDatabase database, string sql, SqlTransaction transaction, object? parameters = null) =>
        connection.Execute(database.Sql(sql), parameters, transaction, database.Timeout);

    /// <summary>Rows of `record` or `staged`.</summary>
    public static List<ChangeRecord> Records(this SqlConnection connection, SqlServerDatabase database, string sql, SqlTransaction transaction, object? parameters = null) =>
        [.. connection.Query<RecordRow>(database.Sql(sql), parameters, transaction, buffered: false, database.Timeout).Select(row => row.ToRecord())];
}
