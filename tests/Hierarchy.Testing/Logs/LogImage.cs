using System.Collections.Immutable;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Logs;

/// <summary>
/// The whole content of a change log at one moment, immutable: what a disk holds after a transaction. Keeping an older image and going back to it is a lost write cache. Its digest is a stand-in
/// of the same shape, sums of SHA-256, unless it is <see cref="Genuine"/>: simulations make millions of states.
/// </summary>
internal sealed record LogImage
{
    private SetSum _sum;

    public static LogImage Empty { get; } = new();

    /// <summary>Empty, with the digest of the product.</summary>
    public static LogImage Genuine { get; } = new() { IsGenuine = true };

    public bool IsGenuine { get; private init; }

    public ImmutableSortedDictionary<long, ChangeRecord> Records { get; init; } = ImmutableSortedDictionary<long, ChangeRecord>.Empty;

    public ImmutableDictionary<RecordKey, long> Index { get; init; } = ImmutableDictionary<RecordKey, long>.Empty;

    public LogHead Head { get; init; } = LogHead.Empty;

    public IReadOnlyList<Epoch> Epochs { get; init; } = [];

    public Checkpoint? Checkpoint { get; init; }

    public StagingState Staging { get; init; } = StagingState.None;

    public LogImage? Staged { get; init; }

    /// <summary>Live records.</summary>
    public long Count { get; private init; }

    /// <summary>The records with one more, in place of the older one of its key.</summary>
    public LogImage Put(ChangeRecord record)
    {
        var key = new RecordKey(record.Kind, record.Key);
        var (records, sum, count) = (Records, _sum, Count);
        if (Index.TryGetValue(key, out var at))
        {
            var old = records[at];
            records = records.Remove(at);
            sum = sum.Without(old);
            if (!old.IsTombstone) count--;
        }

        if (!record.IsTombstone) count++;
        return this with { Records = records.Add(record.Sequence, record), Index = Index.SetItem(key, record.Sequence), _sum = sum.With(record), Count = count };
    }

    /// <summary>Without the tombstones at or below a floor.</summary>
    public LogImage Compact(long floor)
    {
        var (records, index) = (Records, Index);
        foreach (var record in Records.Values.TakeWhile(record => record.Sequence <= floor))
        {
            if (!record.IsTombstone) continue;
            records = records.Remove(record.Sequence);
            index = index.Remove(new RecordKey(record.Kind, record.Key));
        }

        return this with { Records = records, Index = index, Head = Head with { Floor = Math.Max(Head.Floor, floor) } };
    }

    public byte[] Digest()
    {
        if (!IsGenuine) return _sum.ToBytes();
        var digest = new LogDigest();
        foreach (var record in Records.Values) digest.Add(record);
        return digest.ToBytes();
    }

    /// <summary>The same content without the bookkeeping of sums: for checking it.</summary>
    public byte[] RecomputedDigest() => Records.Values.Aggregate(new LogImage { IsGenuine = IsGenuine }, (image, record) => image.Put(record)).Digest();

    /// <summary>The same bookkeeping over a record whose payload has changed on the disk.</summary>
    public LogImage Rot(long sequence, ReadOnlyMemory<byte> payload) => this with { Records = Records.SetItem(sequence, Records[sequence] with { Payload = payload }) };

    /// <summary>An empty one of the same kind.</summary>
    public LogImage Without() => IsGenuine ? Genuine : Empty;

    public LogPage ReadPage(long after, int maxRecords, int maxBytes)
    {
        var page = new List<ChangeRecord>();
        var bytes = 0;
        foreach (var record in Above(after))
        {
            if (page.Count == maxRecords || bytes >= maxBytes) return new LogPage(page, page[^1].Sequence, Head);
            page.Add(record);
            bytes += record.Key.Length + record.Payload.GetValueOrDefault().Length;
        }

        return new LogPage(page, Math.Max(after, Head.Position.Sequence), Head);
    }

    private IEnumerable<ChangeRecord> Above(long after)
    {
        var keys = Records.Keys as IReadOnlyList<long> ?? [.. Records.Keys];
        int low = 0, high = keys.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (keys[middle] <= after) low = middle + 1;
            else high = middle;
        }

        for (; low < keys.Count; low++) yield return Records[keys[low]];
    }
}
