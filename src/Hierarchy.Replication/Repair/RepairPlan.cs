using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Digest;

namespace Hierarchy.Replication.Repair;

/// <summary>Which of this server's own rows stay and which records are fetched, and the merge of both in log order.</summary>
internal sealed class RepairPlan
{
    private const int ChunkRecords = 1000;
    private const long ChunkBytes = 4 * 1024 * 1024;

    private readonly InventoryEntry[] _wanted;
    private readonly HashSet<long> _dropped;
    private readonly long _floor;
    private readonly long _end;
    private readonly Queue<ChangeRecord> _fetched = new();
    private int _asked;
    private long _limit;

    /// <param name="wanted">Entries of the source that this server's rows lack.</param>
    /// <param name="dropped">Sequences of its own rows that do not stay.</param>
    /// <param name="floor">Own tombstones at or below it do not stay either.</param>
    /// <param name="end">The compared state's sequence.</param>
    public RepairPlan(IEnumerable<InventoryEntry> wanted, HashSet<long> dropped, long floor, long end)
    {
        _wanted = wanted.OrderBy(entry => entry.Sequence).ToArray();
        _dropped = dropped;
        _floor = floor;
        _end = end;
    }

    /// <summary>The place as far as which everything is staged.</summary>
    public long Through { get; private set; }

    /// <summary>Own rows that do not stay.</summary>
    public int Dropped => _dropped.Count;

    /// <summary>Everything is staged.</summary>
    public bool IsDone => Through == _end;

    /// <summary>What to fetch next, ascending; empty when all was fetched: then the rest of the own rows is merged.</summary>
    public IReadOnlyList<InventoryEntry> NextChunk()
    {
        var chunk = new List<InventoryEntry>();
        var bytes = 0L;
        while (_asked < _wanted.Length && chunk.Count < ChunkRecords && (chunk.Count == 0 || bytes + _wanted[_asked].Size <= ChunkBytes))
        {
            bytes += _wanted[_asked].Size;
            chunk.Add(_wanted[_asked++]);
        }

        _limit = _asked == _wanted.Length ? _end : chunk[^1].Sequence;
        return chunk;
    }

    /// <summary>The records of the chunk, those that have moved left out.</summary>
    public void Take(IEnumerable<ChangeRecord> records)
    {
        foreach (var record in records) _fetched.Enqueue(record);
    }

    /// <summary>True while own rows are to be merged before the next chunk.</summary>
    public bool WantsOwn => Through < _limit;

    /// <summary>Merges a page of this server's own rows after <see cref="Through"/> with what was fetched; the result goes as far as <see cref="Through"/> says then.</summary>
    public IReadOnlyList<ChangeRecord> Merge(LogPage own)
    {
        var through = own.IsLast ? _limit : Math.Min(own.Through, _limit);
        var merged = new List<ChangeRecord>(own.Records.Count);
        foreach (var record in own.Records)
        {
            if (record.Sequence > through) break;
            if (_dropped.Contains(record.Sequence) || (record.IsTombstone && record.Sequence <= _floor)) continue;
            TakeBelow(record.Sequence, merged);
            merged.Add(record);
        }

        TakeBelow(through + 1, merged);
        Through = through;
        return merged;
    }

    private void TakeBelow(long sequence, List<ChangeRecord> merged)
    {
        while (_fetched.TryPeek(out var next) && next.Sequence < sequence) merged.Add(_fetched.Dequeue());
    }
}
