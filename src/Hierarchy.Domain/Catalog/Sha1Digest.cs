using System.Buffers.Binary;

namespace Hierarchy.Domain.Catalog;

/// <summary>A file's SHA-1: its name on Microsoft's wire. Names, never trust: what is stored is verified by more.</summary>
public readonly record struct Sha1Digest
{
    /// <summary>Bytes of a SHA-1.</summary>
    public const int Length = 20;

    private readonly UInt128 _high;
    private readonly uint _low;

    /// <summary>From its 20 bytes.</summary>
    /// <exception cref="ArgumentException">The length is another.</exception>
    public Sha1Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A SHA-1 has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The last byte: names the folder below `/Content`.</summary>
    public byte LastByte => (byte)_low;

    /// <summary>Reads 40 hexadecimal digits, upper or lower case, and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Sha1Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Length];
        var isDigest = text.Length == Length * 2 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        digest = isDigest ? new Sha1Digest(bytes) : default;
        return isDigest;
    }

    /// <summary>The 20 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), _low);
        return bytes;
    }

    /// <summary>40 upper-case digits, as the wire has them.</summary>
    public override string ToString() => $"{_high:X32}{_low:X8}";
}
