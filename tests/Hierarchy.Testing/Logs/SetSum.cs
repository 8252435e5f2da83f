using System.Buffers.Binary;
using System.Security.Cryptography;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Logs;

/// <summary>A cheap set digest for simulations: the sum of the SHA-256 of the live records, in four lanes.</summary>
internal readonly record struct SetSum(ulong A, ulong B, ulong C, ulong D)
{
    private const int DigestBytes = 2048;

    public SetSum With(in ChangeRecord record)
    {
        if (record.IsTombstone) return this;
        var (a, b, c, d) = Element(record);
        return new SetSum(A + a, B + b, C + c, D + d);
    }

    public SetSum Without(in ChangeRecord record)
    {
        if (record.IsTombstone) return this;
        var (a, b, c, d) = Element(record);
        return new SetSum(A - a, B - b, C - c, D - d);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[DigestBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), D);
        return bytes;
    }

    public SetSum WithHashed(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payloadHash)
    {
        var (a, b, c, d) = Element(sequence, kind, key, payloadHash);
        return new SetSum(A + a, B + b, C + c, D + d);
    }

    public static SetSum FromBytes(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    public static SetSum operator +(SetSum left, SetSum right) => new(left.A + right.A, left.B + right.B, left.C + right.C, left.D + right.D);

    private static (ulong A, ulong B, ulong C, ulong D) Element(in ChangeRecord record)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(record.Payload.GetValueOrDefault().Span, hash);
        return Element(record.Sequence, record.Kind, record.Key.Span, hash);
    }

    private static (ulong A, ulong B, ulong C, ulong D) Element(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payloadHash)
    {
        Span<byte> input = stackalloc byte[1024]; // keys have 512 bytes at most
        BinaryPrimitives.WriteInt64BigEndian(input, sequence);
        BinaryPrimitives.WriteInt32BigEndian(input[8..], kind);
        BinaryPrimitives.WriteInt32BigEndian(input[12..], key.Length);
        key.CopyTo(input[16..]);
        payloadHash.CopyTo(input[(16 + key.Length)..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input[..(16 + key.Length + payloadHash.Length)], hash);
        return (BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]), BinaryPrimitives.ReadUInt64BigEndian(hash[16..]), BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
    }
}
