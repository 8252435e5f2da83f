using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hierarchy.Replication.Digest;

/// <summary>
/// The fingerprint of a list of entries: the first 16 bytes of SHA-256 over all of them, ascending by sequence, each as sequence (8 bytes), length of the key (4), key, and the payload's SHA-256,
/// or 32 zero bytes for a tombstone; numbers big-endian. It only finds what differs: what proves a state is its digest.
/// </summary>
internal sealed class Fingerprint : IDisposable
{
    public const int Size = 16;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(InventoryEntry entry)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64BigEndian(head, entry.Sequence);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], entry.Key.Length);
        _hash.AppendData(head);
        _hash.AppendData(entry.Key.Span);
        Span<byte> payload = stackalloc byte[SHA256.HashSizeInBytes];
        payload.Clear();
        entry.PayloadHash.Span.CopyTo(payload);
        _hash.AppendData(payload);
    }

    /// <summary>The 16 bytes; what is added afterwards begins anew.</summary>
    public byte[] Take() => _hash.GetHashAndReset()[..Size];

    public void Dispose() => _hash.Dispose();
}
