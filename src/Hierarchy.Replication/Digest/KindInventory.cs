using Google.Protobuf;
using Hierarchy.Domain.Changes;
using Proto = Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Digest;

/// <summary>What a log's rows hold of one kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Entries">Records and tombstones, ascending by sequence.</param>
/// <param name="Count">Live records.</param>
/// <param name="Digest">Their digest.</param>
public sealed record KindInventory(int Kind, IReadOnlyList<InventoryEntry> Entries, long Count, ReadOnlyMemory<byte> Digest)
{
    /// <summary>Buckets of a kind.</summary>
    public const int Buckets = 256;

    internal static KindInventory Of(int kind, IReadOnlyList<InventoryEntry> entries, IDigestSum sum)
    {
        var count = 0L;
        foreach (var entry in entries)
        {
            if (entry.IsTombstone) continue;
            sum.AddHashed(entry.Sequence, entry.Kind, entry.Key.Span, entry.PayloadHash.Span);
            count++;
        }

        return new KindInventory(kind, entries, count, sum.ToBytes());
    }

    /// <summary>As it is told to another server: tombstones above the floor alone; null when there is nothing to tell.</summary>
    internal Proto.KindDigest? Tell(long floor)
    {
        var (tombstones, bytes) = (0L, 0L);
        using var fingerprint = new Fingerprint();
        foreach (var entry in Above(floor))
        {
            if (entry.IsTombstone) tombstones++;
            bytes += entry.Size;
            fingerprint.Add(entry);
        }

        return Count == 0 && tombstones == 0 ? null : new Proto.KindDigest
        {
            Kind = Kind,
            Count = Count,
            Digest = UnsafeByteOperations.UnsafeWrap(Digest),
            Tombstones = tombstones,
            Fingerprint = UnsafeByteOperations.UnsafeWrap(fingerprint.Take()),
            Bytes = bytes,
        };
    }

    /// <summary>The fingerprints of all buckets.</summary>
    internal byte[] TellBuckets(long floor) => Fingerprints(ByBucket(floor));

    /// <summary>One after the other, 16 bytes each.</summary>
    internal static byte[] Fingerprints(IReadOnlyList<List<InventoryEntry>> buckets)
    {
        var fingerprints = new byte[Buckets * Fingerprint.Size];
        using var fingerprint = new Fingerprint();
        for (var i = 0; i < Buckets; i++)
        {
            foreach (var entry in buckets[i]) fingerprint.Add(entry);
            fingerprint.Take().CopyTo(fingerprints, i * Fingerprint.Size);
        }

        return fingerprints;
    }

    /// <summary>The entries of each bucket, ascending by sequence.</summary>
    internal List<InventoryEntry>[] ByBucket(long floor)
    {
        var buckets = new List<InventoryEntry>[Buckets];
        for (var i = 0; i < Buckets; i++) buckets[i] = [];
        foreach (var entry in Above(floor)) buckets[entry.Bucket].Add(entry);
        return buckets;
    }

    private IEnumerable<InventoryEntry> Above(long floor) => Entries.Where(entry => !entry.IsTombstone || entry.Sequence > floor);
}
