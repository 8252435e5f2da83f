using System.Data;
using System.Text;
using Dapper;
using Hierarchy.Domain.Changes;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// Writes a plan, if the head still stands where the plan began. The head's row comes first: its lock orders the writers and is held until the commit, so the order of sequences is the order of
/// commits and there are no gaps; and a reader that holds the head back meets no other lock of a writer.
/// </summary>
internal static class PlanWriter
{
    /// <summary>So many rows go with one statement, in one round trip; more are copied in bulk.</summary>
    public const int MostRowsOfABatch = 64;

    private const string Begin =
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        BEGIN TRANSACTION;
        """;

    private const string IfWritten =
        """
        IF @@ROWCOUNT = 1
        BEGIN
        """;

    private const string End =
        """
        COMMIT TRANSACTION;
        SELECT 1;
        END
        ELSE
        BEGIN
        ROLLBACK TRANSACTION;
        SELECT 0;
        END
        """;

    /// <summary>False when somebody else has written since: nothing has changed.</summary>
    public static bool Write(SqlServerDatabase database, SqlConnection connection, CommitPlan plan)
    {
        if (plan.Put.Count <= MostRowsOfABatch && plan.Remove.Count <= MostRowsOfABatch)
        {
            var (text, parameters) = Batch(plan);
            return connection.ExecuteScalar<int>(database.Sql(text), parameters.Values, transaction: null, database.Timeout) == 1;
        }

        using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        if (!WriteHead(database, connection, transaction, plan.Before, plan.After, checkpoint: null)) return false;
        RemoveRows(database, connection, transaction, LogTables.Remove, plan.Remove);
        Copy(database, connection, transaction, "record", plan.Put);
        if (plan.RaisesFloor) DropTombstones(database, connection, transaction, plan.Before.Head.Floor, plan.After.Floor);
        transaction.Commit();
        return true;
    }

    /// <summary>The whole transaction as one text, with its parameters.</summary>
    public static (string Text, ParameterList Parameters) Batch(CommitPlan plan)
    {
        var parameters = Head(plan.Before, plan.After, checkpoint: null);
        var text = new StringBuilder(Begin).AppendLine().Append(LogTables.WriteHead).AppendLine(";").AppendLine(IfWritten);
        if (plan.Remove.Count > 0) text.Append(LogTables.Remove).Append('(').Append(parameters.List("remove", plan.Remove)).AppendLine(");");
        if (plan.Put.Count > 0) text.Append(LogTables.Put).Append(Rows(parameters, plan.Put)).AppendLine(";");
        if (plan.RaisesFloor)
        {
            parameters.Add("above", plan.Before.Head.Floor);
            text.Append(LogTables.DropTombstones).AppendLine(";");
        }

        return (text.Append(End).ToString(), parameters);
    }

    /// <summary>False when the head does not stand where it is known to stand.</summary>
    public static bool WriteHead(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction, LogView before, LogHead after, Checkpoint? checkpoint) =>
        connection.Execute(database.Sql(LogTables.WriteHead), Head(before, after, checkpoint).Values, transaction, database.Timeout) == 1;

    /// <summary>Removes rows by sequence, in parts.</summary>
    public static void RemoveRows(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction, string remove, IReadOnlyList<long> sequences)
    {
        foreach (var part in sequences.Chunk(1000))
        {
            var parameters = new ParameterList();
            connection.Execute(database.Sql($"{remove}({parameters.List("remove", part)})"), parameters.Values, transaction, database.Timeout);
        }
    }

    /// <summary>Copies rows in bulk.</summary>
    public static void Copy(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction, string table, IReadOnlyList<ChangeRecord> records)
    {
        if (records.Count == 0) return;
        using var rows = RecordRows.Table(records);
        Copy(database, connection, transaction, table, rows);
    }

    /// <summary>The same for rows of any table, whose columns have the names of the table's.</summary>
    public static void Copy(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction, string table, DataTable rows)
    {
        using var copy = new SqlBulkCopy(connection, SqlBulkCopyOptions.Default, transaction) { DestinationTableName = $"{database.Schema}.{table}", BulkCopyTimeout = database.Timeout };
        foreach (DataColumn column in rows.Columns)
            copy.ColumnMappings.Add(column.ColumnName, column.ColumnName);
        copy.WriteToServer(rows);
    }

    /// <summary>Removes the tombstones that a raised floor covers.</summary>
    public static void DropTombstones(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction, long above, long floor) =>
        connection.Execute(database.Sql(LogTables.DropTombstones), new { above, floor }, transaction, database.Timeout);

    /// <summary>The rows that there are of these keys, in `record` or `staged`.</summary>
    public static Dictionary<long, ChangeRecord> FindMany(
        SqlServerDatabase database, SqlConnection connection, SqlTransaction? transaction, string end, IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> keys)
    {
        // The padding of a list repeats its last key, and with it the row.
        var found = new Dictionary<long, ChangeRecord>();
        foreach (var part in keys.Chunk(1000))
        {
            var parameters = new ParameterList();
            var text = LogTables.FindMany + parameters.Keys(part) + end;
            foreach (var row in connection.Query<RecordRow>(database.Sql(text), parameters.Values, transaction, buffered: true, database.Timeout))
                found[row.Sequence] = row.ToRecord();
        }

        return found;
    }

    private static ParameterList Head(LogView before, LogHead after, Checkpoint? checkpoint) => new ParameterList()
        .Add("logId", after.Position.Log.Value)
        .Add("epoch", after.Position.Epoch)
        .Add("epochId", after.Position.EpochId)
        .Add("sequence", after.Position.Sequence)
        .Add("floor", after.Floor)
        .Add("liveCount", after.Count)
        .Add("digest", after.Digest, LogDigest.Size)
        .Add("checkpointTicks", checkpoint?.Time.UtcTicks ?? 0)
        .Add("checkpointSignature", checkpoint?.Signature ?? ReadOnlyMemory<byte>.Empty, 512)
        .Add("knownEpochId", before.Head.Position.EpochId)
        .Add("knownSequence", before.Head.Position.Sequence)
        .Add("knownWrites", before.Writes);

    private static string Rows(ParameterList parameters, IReadOnlyList<ChangeRecord> records)
    {
        var text = new StringBuilder();
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            parameters.Add($"sequence{i}", record.Sequence).Add($"kind{i}", record.Kind)
                .Add($"key{i}", RecordRows.StoredKey(record.Key), RecordRows.LongestStoredKey).Add($"payload{i}", record.Payload, length: -1);
            text.Append(i == 0 ? "" : ", ").Append($"(@sequence{i}, @kind{i}, @key{i}, @payload{i})");
        }

        return text.ToString();
    }
}
