using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Digest;

/// <summary>
/// Everything that a log's rows hold at one state, without payloads, read from storage in pages beside the writer. A record that moves meanwhile comes again in a later page and replaces what was
/// seen of its key; the last page and the head are of one read transaction, so the inventory ends as exactly that head's state. Not safe for concurrent use.
/// </summary>
public sealed class LogInventory(Func<IDigestSum> newSum)
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 * 1024 * 1024;

    private readonly Dictionary<(int Kind, ReadOnlyMemory<byte> Key), InventoryEntry> _entries = new(RecordKeyComparer.Instance);
    private IReadOnlyList<KindInventory>? _kinds;
    private bool _sound;
    private long _through;
    private long _floorAtStart;

    /// <summary>The state that was read; empty before the last page.</summary>
    public LogHead Head { get; private set; } = LogHead.Empty;

    /// <summary>The sequence as far as which pages were read.</summary>
    public long Through => _through;

    /// <summary>Every record and tombstone, in no order.</summary>
    internal IReadOnlyCollection<InventoryEntry> Entries => _entries.Values;

    /// <summary>What there is of each kind, ascending, tombstones included.</summary>
    public IReadOnlyList<KindInventory> Kinds
    {
        get
        {
            if (_kinds is null) Sum();
            return _kinds!; // summed
        }
    }

    /// <summary>True when the rows are what the log's own head says of them: nothing has rotted.</summary>
    public bool IsSound
    {
        get
        {
            if (_kinds is null) Sum();
            return _sound;
        }
    }

    /// <summary>Reads a log from the start.</summary>
    /// <param name="log">The log.</param>
    /// <param name="newSum">The kind of digest that it has.</param>
    /// <param name="pace">Called between pages with how far it has come and the head: waits, so that others get the disk, and reports.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<LogInventory> ReadAsync(ILogReader log, Func<IDigestSum> newSum, Func<long, LogHead, ValueTask>? pace, CancellationToken cancellationToken)
    {
        var inventory = new LogInventory(newSum);
        await inventory.ReadOnAsync(log, pace, cancellationToken);
        return inventory;
    }

    /// <summary>Reads what has come since: the inventory ends at a newer head. Rows that were read before are not read again.</summary>
    public async Task ReadOnAsync(ILogReader log, Func<long, LogHead, ValueTask>? pace, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await log.ReadPageAsync(_through, PageRecords, PageBytes, cancellationToken);
            if (IsBroken(page, log.Epochs))
            {
                Restart();
                continue;
            }

            if (Add(page)) return;
            if (pace is not null) await pace(_through, page.Head);
        }
    }

    // As for a follower: a tombstone that went while the pages were read may have been of a record that was seen, and a mirror may have taken another history.
    private bool IsBroken(LogPage page, IReadOnlyList<Epoch> epochs) =>
        _through > 0 && (page.Head.Floor > Math.Max(_floorAtStart, _through) || (!Head.Position.IsEmpty && EpochHistory.Locate(epochs, page.Head, Head.Position) is PositionStanding.Diverged or PositionStanding.Behind));

    private void Restart()
    {
        _entries.Clear();
        _kinds = null;
        _through = 0;
        Head = LogHead.Empty;
    }

    /// <summary>Takes the next page from whoever reads the log; all pages are read above the one before, and begun anew where they do not fit together.</summary>
    /// <returns>True for the last one.</returns>
    public bool Add(LogPage page)
    {
        if (_through == 0) _floorAtStart = page.Head.Floor;
        _kinds = null;
        foreach (var record in page.Records)
        {
            var entry = InventoryEntry.Of(record);
            _entries[(entry.Kind, entry.Key)] = entry;
        }

        _through = page.Through;
        Head = page.Head;
        if (!page.IsLast) return false;
        // Tombstones that a compaction took away while the pages were read.
        foreach (var gone in _entries.Values.Where(entry => entry.IsTombstone && entry.Sequence <= Head.Floor).ToArray()) _entries.Remove((gone.Kind, gone.Key));
        return true;
    }

    /// <summary>The entry of that sequence of each that is asked for.</summary>
    internal Dictionary<long, InventoryEntry> BySequence() => _entries.Values.ToDictionary(entry => entry.Sequence);

    private void Sum()
    {
        var total = newSum();
        var count = 0L;
        var kinds = new List<KindInventory>();
        foreach (var kind in _entries.Values.GroupBy(entry => entry.Kind).OrderBy(group => group.Key))
        {
            var summed = KindInventory.Of(kind.Key, kind.OrderBy(entry => entry.Sequence).ToArray(), newSum());
            total.Add(summed.Digest.Span);
            count += summed.Count;
            kinds.Add(summed);
        }

        _kinds = kinds;
        _sound = count == Head.Count && total.ToBytes().AsSpan().SequenceEqual(Head.Digest.Span);
    }
}
