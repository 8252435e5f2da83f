using System.Data;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>Rows of a log's tables as the domain has them, and the other way.</summary>
internal static class RecordRows
{
    /// <summary>512 bytes and the end.</summary>
    public const int LongestStoredKey = 513;

    // To the server, binary values that differ in zeros at their ends are equal, also in a unique index. A last byte that is no zero keeps every key apart from the others.
    private const byte End = 0x01;

    /// <summary>A key as its column holds it.</summary>
    public static byte[] StoredKey(ReadOnlyMemory<byte> key)
    {
        var bytes = new byte[key.Length + 1];
        key.Span.CopyTo(bytes);
        bytes[^1] = End;
        return bytes;
    }

    /// <summary>A column's value as a key.</summary>
    public static ReadOnlyMemory<byte> Key(byte[] stored) => stored.AsMemory(0, stored.Length - 1);

    /// <summary>Rows for a bulk copy into `record` or `staged`.</summary>
    public static DataTable Table(IReadOnlyList<ChangeRecord> records)
    {
        var table = new DataTable();
        table.Columns.Add("sequence", typeof(long));
        table.Columns.Add("kind", typeof(int));
        table.Columns.Add("record_key", typeof(byte[]));
        table.Columns.Add("payload", typeof(byte[]));
        table.MinimumCapacity = records.Count;
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            table.Rows.Add(record.Sequence, record.Kind, StoredKey(record.Key), record.Payload is { } payload ? ParameterList.Array(payload) : DBNull.Value);
        }

        return table;
    }
}

/// <summary>A row of `record` or `staged`.</summary>
internal sealed class RecordRow
{
    public long Sequence { get; set; }

    public int Kind { get; set; }

    public byte[] RecordKey { get; set; } = [];

    public byte[]? Payload { get; set; }

    /// <summary>In a page: rows that there were, at most one more than wanted.</summary>
    public int Available { get; set; }

    public ChangeRecord ToRecord()
    {
        var record = new ChangeRecord(Sequence, Kind, RecordRows.Key(RecordKey), Payload: null);
        // Not with a conditional: a null array converts to an empty payload, and a tombstone would be a live record.
        return Payload is null ? record : record with { Payload = Payload };
    }
}

/// <summary>The row of `log_head`.</summary>
internal sealed class HeadRow
{
    public Guid LogId { get; set; }

    public int Epoch { get; set; }

    public Guid EpochId { get; set; }

    public long Sequence { get; set; }

    public long Floor { get; set; }

    public long LiveCount { get; set; }

    public byte[] Digest { get; set; } = [];

    public long CheckpointTicks { get; set; }

    public byte[] CheckpointSignature { get; set; } = [];

    public long Writes { get; set; }

    public LogHead ToHead() => Sequence == 0 ? LogHead.Empty : new LogHead(new Position(new LogId(LogId), Epoch, EpochId, Sequence), Floor, LiveCount, Digest);

    public Checkpoint? ToCheckpoint(LogHead head) =>
        CheckpointTicks == 0 ? null : new Checkpoint(head.Position, head.Count, head.Digest, new DateTimeOffset(CheckpointTicks, TimeSpan.Zero), CheckpointSignature);
}
