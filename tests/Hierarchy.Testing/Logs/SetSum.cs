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

    private static (ulong A, ulong B, ulong C, ulong D) Element(in ChangeRecord record)
    {
        var payload = record.Payload.GetValueOrDefault().Span;
        var size = 16 + record.Key.Length + payload.Length;
        var input = size <= 1024 ? stackalloc byte[size] : new byte[size];
        BinaryPrimitives.WriteInt64BigEndian(input, record.Sequence);
        BinaryPrimitives.WriteInt32BigEndian(input[8..], record.Kind);
        BinaryPrimitives.WriteInt32BigEndian(input[12..], record.Key.Length);
        record.Key.Span.CopyTo(input[16..]);
        payload.CopyTo(input[(16 + record.Key.Length)..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        return (BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]), BinaryPrimitives.ReadUInt64BigEndian(hash[16..]), BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
    }
}
