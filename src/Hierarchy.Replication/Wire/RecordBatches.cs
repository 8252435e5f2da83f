using System.Buffers;
using System.IO.Compression;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>
/// A serialised `RecordBatch`, as the feed's contract has it. Reading hands out slices of the received buffer; writing lays a batch out once, and compresses it only where a sample says that it pays:
/// documents are compressed already, and compressing them again costs the source a core for nothing.
/// </summary>
internal static class RecordBatches
{
    /// <summary>What a follower takes, before encoding.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const int MaxKey = 512;
    private const int CompressFrom = 1024;
    private const int Slices = 4;
    private const int SliceBytes = 4096;
    private const double WorthSample = 0.75;
    private const double WorthWhole = 0.85;
    private const int FastQuality = 1;
    private const int Window = 18;

    /// <summary>A batch as it came.</summary>
    internal readonly record struct Encoded(Encoding Encoding, int Size, ReadOnlyMemory<byte> Bytes);

    /// <summary>Bytes of a batch, before encoding.</summary>
    public static int Measure(IReadOnlyList<ChangeRecord> records)
    {
        var size = 0;
        for (var i = 0; i < records.Count; i++) size = checked(size + SizeOf(records[i]));
        return size;
    }

    /// <summary>Lays a batch out in as many bytes as were measured.</summary>
    public static void Write(IReadOnlyList<ChangeRecord> records, Span<byte> to)
    {
        var writer = new ProtoWriter(to);
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            writer.Open(1, BodySize(record));
            writer.Number(1, (ulong)record.Sequence);
            writer.Number(2, (ulong)record.Kind);
            writer.Bytes(3, record.Key.Span);
            writer.Bytes(4, record.Payload.GetValueOrDefault().Span);
            writer.Number(5, record.IsTombstone ? 1u : 0u);
        }
    }

    /// <summary>The batch compressed, in a rented array that the caller gives back; null where it does not pay.</summary>
    public static ArraySegment<byte>? TryCompress(ReadOnlySpan<byte> plain)
    {
        if (plain.Length < CompressFrom || SampleRatio(plain) >= WorthSample) return null;
        var packed = ArrayPool<byte>.Shared.Rent(plain.Length);
        if (BrotliEncoder.TryCompress(plain, packed, out var length, FastQuality, Window) && length < plain.Length * WorthWhole)
            return new ArraySegment<byte>(packed, 0, length);
        ArrayPool<byte>.Shared.Return(packed);
        return null;
    }

    /// <summary>The plain bytes of a batch that came encoded.</summary>
    /// <exception cref="IntegrityException">Too long, of an encoding that was not asked for, or not what it says.</exception>
    public static ReadOnlyMemory<byte> Decode(in Encoded batch)
    {
        if (batch.Size is < 0 or > MaxBytes)
            throw new IntegrityException($"Reading the feed: a batch of {batch.Size} bytes is over the limit of {MaxBytes}; nothing of it was taken. Compare the version of the parent with this server's.");
        switch (batch.Encoding)
        {
            case Encoding.Identity when batch.Bytes.Length == batch.Size:
                return batch.Bytes;
            case Encoding.Brotli:
                var plain = new byte[batch.Size];
                if (BrotliDecoder.TryDecompress(batch.Bytes.Span, plain, out var length) && length == plain.Length) return plain;
                break;
        }

        throw new IntegrityException($"Reading the feed: a batch that says {batch.Size} bytes, {batch.Encoding}, does not decode to that; nothing of it was taken. Compare the version of the parent with this server's.");
    }

    /// <summary>The records, their keys and payloads slices of <paramref name="batch"/>.</summary>
    /// <exception cref="IntegrityException">Not a batch, or its records are not ascending.</exception>
    public static ChangeRecord[] Read(ReadOnlyMemory<byte> batch)
    {
        var records = new List<ChangeRecord>(256);
        var reader = new ProtoReader(batch.Span);
        var last = 0L;
        while (reader.NextField())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            var record = ReadRecord(batch[reader.ReadBytes()]);
            if (record.Sequence <= last)
                throw new IntegrityException($"Reading the feed: record {record.Sequence} follows record {last} in a batch; records must ascend. Nothing of it was taken.");
            last = record.Sequence;
            records.Add(record);
        }

        return [.. records];
    }

    /// <summary>How many bytes the record takes in a batch.</summary>
    public static int SizeOf(in ChangeRecord record)
    {
        var body = BodySize(record);
        return 1 + ProtoWriter.SizeOf((ulong)body) + body;
    }

    private static ChangeRecord ReadRecord(ReadOnlyMemory<byte> bytes)
    {
        long sequence = 0;
        var kind = 0;
        var deleted = false;
        ReadOnlyMemory<byte> key = default, payload = default;
        var reader = new ProtoReader(bytes.Span);
        while (reader.NextField())
        {
            switch (reader.Field)
            {
                case 1:
                    sequence = (long)reader.ReadNumber();
                    break;
                case 2:
                    kind = (int)reader.ReadNumber();
                    break;
                case 3:
                    key = bytes[reader.ReadBytes()];
                    break;
                case 4:
                    payload = bytes[reader.ReadBytes()];
                    break;
                case 5:
                    deleted = reader.ReadNumber() != 0;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (key.Length > MaxKey || (deleted && !payload.IsEmpty))
            throw new IntegrityException($"Reading the feed: record {sequence} of kind {kind} has a key of {key.Length} bytes (limit {MaxKey}), or is deleted and has a payload. Nothing of its batch was taken.");
        return new ChangeRecord(sequence, kind, key, deleted ? (ReadOnlyMemory<byte>?)null : payload);
    }

    private static int BodySize(in ChangeRecord record) =>
        ProtoWriter.SizeOfNumber((ulong)record.Sequence)
        + ProtoWriter.SizeOfNumber((ulong)record.Kind)
        + ProtoWriter.SizeOfBytes(record.Key.Length)
        + ProtoWriter.SizeOfBytes(record.Payload.GetValueOrDefault().Length)
        + ProtoWriter.SizeOfNumber(record.IsTombstone ? 1u : 0u);

    private static double SampleRatio(ReadOnlySpan<byte> plain)
    {
        Span<byte> sample = stackalloc byte[Slices * SliceBytes];
        if (plain.Length <= sample.Length)
        {
            plain.CopyTo(sample);
            sample = sample[..plain.Length];
        }
        else
        {
            for (var i = 0; i < Slices; i++)
            {
                var at = (int)((long)(plain.Length - SliceBytes) * i / (Slices - 1));
                plain.Slice(at, SliceBytes).CopyTo(sample[(i * SliceBytes)..]);
            }
        }

        var packed = ArrayPool<byte>.Shared.Rent(sample.Length);
        try
        {
            return BrotliEncoder.TryCompress(sample, packed, out var length, FastQuality, Window) ? (double)length / sample.Length : 1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }
}
