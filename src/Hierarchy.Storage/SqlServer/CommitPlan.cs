using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// What a group of callers makes of a state: worked out in memory from the head and the rows that they replace, before anything is written. It holds only while the head stands where it stood, and
/// writing it asks for that.
/// </summary>
internal sealed class CommitPlan
{
    private readonly Dictionary<(int Kind, ReadOnlyMemory<byte> Key), ChangeRecord> _current = new(RecordKeyComparer.Instance);
    private readonly Dictionary<(int Kind, ReadOnlyMemory<byte> Key), ChangeRecord> _put = new(RecordKeyComparer.Instance);
    private readonly HashSet<long> _stored = [];
    private readonly List<long> _remove = [];
    private readonly List<CommittedTransaction> _transactions = [];
    private readonly LogDigest _digest = new();

    /// <param name="before">The state.</param>
    /// <param name="found">The rows that there are of the keys that will be changed.</param>
    public CommitPlan(LogView before, IEnumerable<ChangeRecord> found)
    {
        Before = before;
        After = before.Head;
        Epochs = before.Epochs;
        _digest.Set(before.Head.Digest.Span);
        foreach (var record in found)
        {
            _current[(record.Kind, record.Key)] = record;
            _stored.Add(record.Sequence);
        }
    }

    public LogView Before { get; }

    /// <summary>The head after what was added so far.</summary>
    public LogHead After { get; private set; }

    public IReadOnlyList<Epoch> Epochs { get; private set; }

    /// <summary>One for each caller that changed something, in order.</summary>
    public IReadOnlyList<CommittedTransaction> Transactions => _transactions;

    /// <summary>Sequences of rows that go.</summary>
    public IReadOnlyList<long> Remove => _remove;

    /// <summary>Rows that come: the latest of each key, ascending.</summary>
    public IReadOnlyList<ChangeRecord> Put => [.. _put.Values.OrderBy(record => record.Sequence)];

    /// <summary>True when there is nothing to write.</summary>
    public bool IsEmpty => _transactions.Count == 0 && !RaisesFloor;

    /// <summary>True when tombstones go.</summary>
    public bool RaisesFloor => After.Floor > Before.Head.Floor;

    /// <summary>The state after it is written.</summary>
    public LogView Written => new(After, Epochs, Checkpoint: null, Before.Writes + 1);

    /// <summary>The record of a key as the callers before left it; null when there is none.</summary>
    public ChangeRecord? Find(int kind, ReadOnlyMemory<byte> key) => _current.TryGetValue((kind, key), out var record) ? record : null;

    /// <summary>Adds one caller's changes: each gets the next sequence, and what changes nothing is left out.</summary>
    public CommittedTransaction Add(IReadOnlyList<Change> changes) => Add(changes, After.Position);

    /// <summary>Adds the record that begins an epoch, and what goes with it.</summary>
    public void Begin(Epoch epoch, IReadOnlyList<Change> further)
    {
        var log = After.Position.IsEmpty ? new LogId(Guid.NewGuid()) : After.Position.Log;
        Epochs = [.. Epochs, epoch];
        Add(
            [new Change(RecordKinds.Epoch, EpochPayload.Key(epoch.Number), EpochPayload.Write(epoch)), .. further],
            new Position(log, epoch.Number, epoch.Id, After.Position.Sequence));
    }

    /// <summary>Raises the floor to at most the newest sequence; never lowers it.</summary>
    public long Compact(long floor)
    {
        floor = Math.Min(floor, After.Position.Sequence);
        if (floor > After.Floor) After = After with { Floor = floor };
        return After.Floor;
    }

    private CommittedTransaction Add(IReadOnlyList<Change> changes, Position position)
    {
        var sequence = position.Sequence;
        var count = After.Count;
        var records = new List<ChangeRecord>(changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (!Replaces(change, ref count)) continue;
            var record = new ChangeRecord(++sequence, change.Kind, change.Key, change.Payload);
            _current[(record.Kind, record.Key)] = record;
            _put[(record.Kind, record.Key)] = record;
            _digest.Add(record);
            if (!record.IsTombstone) count++;
            records.Add(record);
        }

        if (records.Count == 0) return new CommittedTransaction([], After);
        After = After with { Position = position with { Sequence = sequence }, Count = count, Digest = _digest.ToBytes() };
        // A key that was changed twice stands in the log once, under its later sequence.
        var latest = records.Where(record => _put[(record.Kind, record.Key)].Sequence == record.Sequence).ToArray();
        var transaction = new CommittedTransaction(latest, After);
        _transactions.Add(transaction);
        return transaction;
    }

    // False when the change changes nothing. What it replaces is taken out of the digest and the count, and out of the table if it stands there.
    private bool Replaces(in Change change, ref long count)
    {
        if (Find(change.Kind, change.Key) is not { } old) return change.Payload is not null;
        var same = old.Payload is { } before ? change.Payload is { } after && before.Span.SequenceEqual(after.Span) : change.Payload is null;
        if (same) return false;
        if (!old.IsTombstone)
        {
            _digest.Subtract(old);
            count--;
        }

        if (_stored.Remove(old.Sequence)) _remove.Add(old.Sequence);
        return true;
    }
}
