using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Hierarchy.Domain.Changes;

/// <summary>
/// The homomorphic digest of a set of live records (LtHash: 1,024 lanes of 16 bits, added modulo 2^16): equal for equal sets, whatever the order in which they came to be. Tombstones
/// count for nothing. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// The element of a record is SHAKE128, to 2,048 bytes, of five fields, each preceded by its length in four bytes; all numbers are big-endian:
/// <code>
/// 00000001 01                                  version of this layout
/// 00000004 kind                                4 bytes, two's complement
/// length   key                                 0 to 512 bytes
/// 00000008 sequence                            8 bytes, two's complement
/// 00000020 SHA-256 of the payload              32 bytes
/// </code>
/// The 2,048 bytes are the 1,024 lanes in order, each little-endian; a digest is written in the same way.
/// Lewi, Kim, Maykov, Weis, "Securing Update Propagation with Homomorphic Hashing", 2019.
/// </remarks>
public sealed class LogDigest : IDigestSum
{
    /// <summary>Bytes of a digest.</summary>
    public const int Size = 2048;

    private const byte LayoutVersion = 1;
    private const int Words = Size / 8;
    private const int Overhead = 5 * 4 + 1 + 4 + 8 + SHA256.HashSizeInBytes;
    private const int Rate = ElementExpander<KeccakLanes1>.Rate;
    private const int LongestKeyInOneBlock = Rate - 1 - Overhead;

    private static readonly int Width = ChooseWidth();

    private readonly ulong[] _lanes = new ulong[Words];
    private readonly ulong[] _sums = new ulong[Words * Width];
    private readonly byte[] _blocks = new byte[Rate * Width];
    private readonly bool[] _negative = new bool[Width];
    private int _pending;
    private bool _summed;

    /// <summary>The digest of no records.</summary>
    public LogDigest()
    {
    }

    /// <summary>Goes on from a digest as <see cref="ToBytes"/> wrote it.</summary>
    public LogDigest(ReadOnlySpan<byte> bytes) => Set(bytes);

    /// <summary>Forgets what it holds and goes on from a digest as <see cref="ToBytes"/> wrote it.</summary>
    /// <exception cref="IntegrityException">It is not 2,048 bytes.</exception>
    public void Set(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new IntegrityException($"A digest has {Size} bytes, and this one has {bytes.Length}; whoever sent or stored it cannot be trusted with the rest.");
        for (var i = 0; i < Words; i++)
            _lanes[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * 8)..]);
        if (_summed) _sums.AsSpan().Clear();
        _summed = false;
        _pending = 0;
    }

    /// <summary>Adds a live record; a tombstone changes nothing.</summary>
    public void Add(in ChangeRecord record)
    {
        if (record.Payload is { } payload) Add(record.Sequence, record.Kind, record.Key.Span, payload.Span);
    }

    /// <summary>Adds a live record that lies where its store has it.</summary>
    public void Add(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload) => Take(sequence, kind, key, payload, negative: false);

    /// <summary>Takes away a record that was added before; a tombstone changes nothing.</summary>
    public void Subtract(in ChangeRecord record)
    {
        if (record.Payload is { } payload) Subtract(record.Sequence, record.Kind, record.Key.Span, payload.Span);
    }

    /// <summary>Takes away a live record that was added before, and lies where its store has it.</summary>
    public void Subtract(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload) => Take(sequence, kind, key, payload, negative: true);

    /// <summary>Adds the records of a page or a transaction.</summary>
    public void AddRange(IReadOnlyList<ChangeRecord> records)
    {
        for (var i = 0; i < records.Count; i++)
            Add(records[i]);
    }

    /// <summary>Adds the set that another digest stands for.</summary>
    public void Add(LogDigest other)
    {
        other.Flush();
        Flush();
        var mine = MemoryMarshal.Cast<ulong, ushort>(_lanes.AsSpan());
        AddLanes(mine, MemoryMarshal.Cast<ulong, ushort>(other._lanes.AsSpan()));
    }

    /// <inheritdoc />
    public void AddHashed(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payloadHash)
    {
        if (key.Length > LongestKeyInOneBlock)
        {
            var input = new byte[Overhead + key.Length];
            WriteHashedInput(sequence, kind, key, payloadHash, input);
            AddElement(input, negative: false);
            return;
        }

        var block = _blocks.AsSpan(_pending * Rate, Rate);
        ElementExpander<KeccakLanes1>.Pad(block, WriteHashedInput(sequence, kind, key, payloadHash, block));
        _negative[_pending++] = false;
        if (_pending == Width) Expand();
    }

    /// <inheritdoc />
    public void Add(ReadOnlySpan<byte> digest) => Add(new LogDigest(digest));

    /// <summary>The digest: 2,048 bytes, newly allocated.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the digest, 2,048 bytes.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        Flush();
        for (var i = 0; i < Words; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * 8)..], _lanes[i]);
    }

    /// <summary>True when the bytes are this digest.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes)
    {
        Span<byte> mine = stackalloc byte[Size];
        CopyTo(mine);
        return mine.SequenceEqual(bytes);
    }

    /// <summary>What is expanded to an element; internal for the tests of the layout.</summary>
    internal static int WriteInput(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, Span<byte> to)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return WriteHashedInput(sequence, kind, key, hash, to);
    }

    private static int WriteHashedInput(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payloadHash, Span<byte> to)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, 1);
        to[4] = LayoutVersion;
        BinaryPrimitives.WriteInt32BigEndian(to[5..], 4);
        BinaryPrimitives.WriteInt32BigEndian(to[9..], kind);
        BinaryPrimitives.WriteInt32BigEndian(to[13..], key.Length);
        key.CopyTo(to[17..]);
        to = to[(17 + key.Length)..];
        BinaryPrimitives.WriteInt32BigEndian(to, 8);
        BinaryPrimitives.WriteInt64BigEndian(to[4..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(to[12..], SHA256.HashSizeInBytes);
        payloadHash.CopyTo(to[16..]);
        return Overhead + key.Length;
    }

    private static int ChooseWidth() =>
        Vector512.IsHardwareAccelerated ? KeccakLanes8.Count : Vector256.IsHardwareAccelerated ? KeccakLanes4.Count : KeccakLanes1.Count;

    private void Take(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, bool negative)
    {
        if (key.Length > LongestKeyInOneBlock)
        {
            TakeLong(sequence, kind, key, payload, negative);
            return;
        }

        var block = _blocks.AsSpan(_pending * Rate, Rate);
        ElementExpander<KeccakLanes1>.Pad(block, WriteInput(sequence, kind, key, payload, block));
        _negative[_pending++] = negative;
        if (_pending == Width) Expand();
    }

    private void TakeLong(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, bool negative)
    {
        var input = new byte[Overhead + key.Length];
        WriteInput(sequence, kind, key, payload, input);
        AddElement(input, negative);
    }

    private void AddElement(ReadOnlySpan<byte> input, bool negative)
    {
        Span<byte> element = stackalloc byte[Size];
        Shake128Managed.HashData(input, element);
        for (var i = 0; i < Words; i++)
        {
            var value = new KeccakLanes1(BinaryPrimitives.ReadUInt64LittleEndian(element[(i * 8)..]));
            _lanes[i] = KeccakLanes1.AddSigned(new(_lanes[i]), value, new(ulong.MaxValue), new(negative ? ulong.MaxValue : 0)).Value;
        }
    }

    private void Expand()
    {
        var negative = _negative.AsSpan(0, _pending);
        if (Width == KeccakLanes8.Count) ElementExpander<KeccakLanes8>.Accumulate(_blocks, negative, _sums);
        else if (Width == KeccakLanes4.Count) ElementExpander<KeccakLanes4>.Accumulate(_blocks, negative, _sums);
        else ElementExpander<KeccakLanes1>.Accumulate(_blocks, negative, _sums);
        _pending = 0;
        _summed = true;
    }

    private void Flush()
    {
        if (_pending > 0) Expand();
        if (!_summed) return;
        if (Width == KeccakLanes8.Count) ElementExpander<KeccakLanes8>.Collapse(_sums, _lanes);
        else if (Width == KeccakLanes4.Count) ElementExpander<KeccakLanes4>.Collapse(_sums, _lanes);
        else ElementExpander<KeccakLanes1>.Collapse(_sums, _lanes);
        _summed = false;
    }

    private static void AddLanes(Span<ushort> to, ReadOnlySpan<ushort> from)
    {
        for (var i = 0; i < to.Length; i += Vector<ushort>.Count)
            (new Vector<ushort>(to[i..]) + new Vector<ushort>(from[i..])).CopyTo(to[i..]);
    }
}
