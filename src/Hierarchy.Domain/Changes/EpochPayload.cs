using System.Buffers.Binary;

namespace Hierarchy.Domain.Changes;

/// <summary>
/// The bytes of an epoch's record, fixed so that storage can read them without any contract: layout version 1 (one byte), number (4), id (16), previous id (16), first sequence (8), then the
/// public key. Numbers big-endian, GUIDs in network order. A later layout appends; readers ignore what follows a known prefix.
/// </summary>
public static class EpochPayload
{
    private const byte Layout = 1;
    private const int Fixed = 1 + 4 + 16 + 16 + 8;

    /// <summary>The record's key.</summary>
    public static byte[] Key(int number)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    /// <summary>The record's payload.</summary>
    public static byte[] Write(Epoch epoch)
    {
        var bytes = new byte[Fixed + epoch.PublicKey.Length];
        bytes[0] = Layout;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), epoch.Number);
        epoch.Id.TryWriteBytes(bytes.AsSpan(5), bigEndian: true, out _);
        epoch.PreviousId.TryWriteBytes(bytes.AsSpan(21), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(37), epoch.FirstSequence);
        epoch.PublicKey.Span.CopyTo(bytes.AsSpan(Fixed));
        return bytes;
    }

    /// <summary>Reads a payload.</summary>
    /// <exception cref="IntegrityException">It is not an epoch.</exception>
    public static Epoch Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Fixed || bytes[0] != Layout)
            throw new IntegrityException($"The change log holds an epoch record of {bytes.Length} bytes that this version cannot read; update this server before it follows that log.");
        return new Epoch(
            BinaryPrimitives.ReadInt32BigEndian(bytes[1..]),
            new Guid(bytes[5..21], bigEndian: true),
            new Guid(bytes[21..37], bigEndian: true),
            BinaryPrimitives.ReadInt64BigEndian(bytes[37..]),
            bytes[Fixed..].ToArray());
    }
}
