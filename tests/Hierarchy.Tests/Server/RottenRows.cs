using Microsoft.Data.Sqlite;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Changes rows on the disk behind a server's back.</summary>
internal static class RottenRows
{
    /// <summary>The longest payloads of a log's file get a byte more; epochs stay.</summary>
    public static void Make(string path, int rows, string table = "record")
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"UPDATE {table} SET payload = CAST(payload || x'00' AS BLOB) WHERE sequence IN (SELECT sequence FROM {table} WHERE kind <> 1 AND payload IS NOT NULL ORDER BY length(payload) DESC LIMIT $rows)";
        command.Parameters.AddWithValue("$rows", rows);
        Assert.Equal(rows, command.ExecuteNonQuery());
    }
}
