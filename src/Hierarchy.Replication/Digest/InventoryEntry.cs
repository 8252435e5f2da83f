using System.Security.Cryptography;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Digest;

/// <summary>A record without its payload: what two servers compare.</summary>
/// <param name="Sequence">Where it stands.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Its key.</param>
/// <param name="PayloadHash">SHA-256 of its payload; empty for a tombstone.</param>
/// <param name="Size">Bytes of the payload.</param>
public sealed record InventoryEntry(long Sequence, int Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> PayloadHash, int Size)
{
    /// <summary>True for a deleted key.</summary>
    public bool IsTombstone => PayloadHash.IsEmpty;

    /// <summary>The bucket of its key.</summary>
    public byte Bucket
    {
        get
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Key.Span, hash);
            return hash[0];
        }
    }

    internal static InventoryEntry Of(in ChangeRecord record)
    {
        var payload = record.Payload.GetValueOrDefault();
        return new InventoryEntry(record.Sequence, record.Kind, record.Key.ToArray(), record.IsTombstone ? ReadOnlyMemory<byte>.Empty : SHA256.HashData(payload.Span), payload.Length);
    }

    /// <summary>True for the same state of the same key.</summary>
    public bool Equals(InventoryEntry? other) =>
        other is not null && Sequence == other.Sequence && Kind == other.Kind && Key.Span.SequenceEqual(other.Key.Span) && PayloadHash.Span.SequenceEqual(other.PayloadHash.Span);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Sequence, Kind);
}
