using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Rows of a log's tables as the domain has them.</summary>
internal static class LogRow
{
    /// <summary>A row of <see cref="LogSql.ReadPage"/>. Key and payload share one array.</summary>
    public static ChangeRecord Read(SqliteStatement row)
    {
        var key = row.Blob(2);
        if (row.IsNull(3)) return new ChangeRecord(row.Int64(0), row.Int32(1), key.ToArray(), Payload: null);
        var payload = row.Blob(3);
        var bytes = GC.AllocateUninitializedArray<byte>(key.Length + payload.Length);
        key.CopyTo(bytes);
        payload.CopyTo(bytes.AsSpan(key.Length));
        return new ChangeRecord(row.Int64(0), row.Int32(1), bytes.AsMemory(0, key.Length), bytes.AsMemory(key.Length));
    }

    /// <summary>A row of <see cref="LogSql.ReadHead"/>.</summary>
    public static LogHead ReadHead(SqliteStatement row)
    {
        var position = new Position(new LogId(row.Guid(3)), row.Int32(1), row.Guid(4), row.Int64(0));
        return new LogHead(position, row.Int64(2), row.Int64(5), row.Blob(6).ToArray());
    }

    /// <summary>True when the row stands where the given head stands.</summary>
    public static bool IsAt(SqliteStatement row, LogHead head) =>
        row.Int64(0) == head.Position.Sequence && row.Int32(1) == head.Position.Epoch && row.Int64(2) == head.Floor
        && row.Guid(3) == head.Position.Log.Value && row.Guid(4) == head.Position.EpochId;

    /// <summary>The checkpoint of the same row; null for an authority, which issues its own.</summary>
    public static Checkpoint? ReadCheckpoint(SqliteStatement row, LogHead head) =>
        row.Int64(7) == 0 ? null : new Checkpoint(head.Position, head.Count, head.Digest, new DateTimeOffset(row.Int64(7), TimeSpan.Zero), row.Blob(8).ToArray());

    /// <summary>Writes the head, with the checkpoint that it equals where there is one.</summary>
    public static void WriteHead(SqliteSession session, LogHead head, Checkpoint? checkpoint) =>
        session.Statement(LogSql.WriteHead)
            .Bind(1, head.Position.Log.Value)
            .Bind(2, head.Position.Epoch)
            .Bind(3, head.Position.EpochId)
            .Bind(4, head.Position.Sequence)
            .Bind(5, head.Floor)
            .Bind(6, head.Count)
            .Bind(7, head.Digest.Span)
            .Bind(8, checkpoint?.Time.UtcTicks ?? 0)
            .Bind(9, checkpoint is null ? default : checkpoint.Signature.Span)
            .Run();
}
