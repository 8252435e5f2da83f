using System.Buffers.Binary;

namespace Hierarchy.Domain.View;

/// <summary>A SHA-1 as a value: the name of a file on Microsoft's wire.</summary>
public readonly record struct FileName(ulong High, ulong Middle, uint Low)
{
    /// <summary>From 20 bytes.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public static FileName From(ReadOnlySpan<byte> sha1) => sha1.Length == 20
        ? new FileName(BinaryPrimitives.ReadUInt64BigEndian(sha1), BinaryPrimitives.ReadUInt64BigEndian(sha1[8..]), BinaryPrimitives.ReadUInt32BigEndian(sha1[16..]))
        : throw new ArgumentException("A SHA-1 has 20 bytes.", nameof(sha1));

    /// <summary>40 upper-case hexadecimal digits.</summary>
    public override string ToString() => $"{High:X16}{Middle:X16}{Low:X8}";
}
