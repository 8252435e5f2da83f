using Dapper;
using Hierarchy.Domain.Changes;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>What is in memory of a log: swapped whole.</summary>
/// <param name="Head">Where it stands.</param>
/// <param name="Epochs">Its history.</param>
/// <param name="Checkpoint">Of a mirror: what it equals.</param>
/// <param name="Writes">How many transactions the head has seen: the same number is the same state.</param>
internal sealed record LogView(LogHead Head, IReadOnlyList<Epoch> Epochs, Checkpoint? Checkpoint, long Writes)
{
    public static LogView Empty { get; } = new(LogHead.Empty, [], null, 0);

    /// <summary>Reads it, in the caller's transaction.</summary>
    public static LogView Read(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction)
    {
        var row = ReadHead(database, connection, transaction);
        var head = row.ToHead();
        return new LogView(head, ReadEpochs(database, LogTables.ReadEpochs, connection, transaction, head.Position), row.ToCheckpoint(head), row.Writes);
    }

    /// <summary>The row of the head.</summary>
    public static HeadRow ReadHead(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction) =>
        connection.QuerySingleOrDefault<HeadRow>(database.Sql(LogTables.ReadHead), param: null, transaction, database.Timeout)
        ?? throw SqlServerErrors.Damaged(database.Name, "the row of the head is gone");

    /// <summary>The history, read from the records themselves.</summary>
    public static IReadOnlyList<Epoch> ReadEpochs(SqlServerDatabase database, string sql, SqlConnection connection, SqlTransaction transaction, Position head)
    {
        if (head.IsEmpty) return [];
        return EpochHistory.Read(
            connection.Query<byte[]>(database.Sql(sql), new { kind = RecordKinds.Epoch }, transaction, buffered: true, database.Timeout).Select(payload => (ReadOnlyMemory<byte>)payload), head);
    }
}
