using System.Buffers.Binary;

namespace Hierarchy.Domain.Catalog;

/// <summary>One revision of one update: what [MS-WSUSSS] and [MS-WUSP] call an UpdateIdentity. The same everywhere in the world.</summary>
/// <param name="UpdateId">The update's GUID.</param>
/// <param name="RevisionNumber">Higher replaces lower.</param>
public readonly record struct RevisionId(Guid UpdateId, int RevisionNumber)
{
    /// <summary>Bytes of the change log's key of a revision: the GUID in network order, then the number big-endian.</summary>
    public const int KeyLength = 20;

    /// <summary>The change log's key: sorts by update, then by number.</summary>
    public byte[] ToKey()
    {
        var key = new byte[KeyLength];
        UpdateId.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(16), RevisionNumber);
        return key;
    }

    /// <summary>Reads what <see cref="ToKey"/> wrote; false when the key has another shape.</summary>
    public static bool TryFromKey(ReadOnlySpan<byte> key, out RevisionId id)
    {
        if (key.Length != KeyLength)
        {
            id = default;
            return false;
        }

        id = new RevisionId(new Guid(key[..16], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(key[16..]));
        return true;
    }

    /// <summary>`GUID/number`, as the console and the logs print it.</summary>
    public override string ToString() => $"{UpdateId:D}/{RevisionNumber}";
}
