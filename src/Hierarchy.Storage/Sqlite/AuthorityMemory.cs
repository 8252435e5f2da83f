using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The working state of an authority's writer: everything that a transaction makes of the head, until it is durable. Touched by the writer alone.</summary>
internal sealed class AuthorityMemory(SqliteSession session, Action<LogState> publish) : IWriterMemory
{
    private readonly LogDigest _digest = new();
    private readonly List<CommittedTransaction> _transactions = [];
    private readonly List<Action> _afterCommit = [];
    private LogState _durable = LogState.Empty;
    private LogState _working = LogState.Empty;
    private bool _changed;

    /// <summary>Every committed transaction, in order, after it is durable.</summary>
    public event Action<CommittedTransaction>? Transaction;

    /// <summary>Takes what the file holds.</summary>
    public void Open(LogState state)
    {
        _durable = state;
        publish(state);
    }

    public void Begin()
    {
        _working = _durable;
        _digest.Set(_durable.Head.Digest.Span);
        _transactions.Clear();
        _afterCommit.Clear();
        _changed = false;
    }

    public bool Prepare()
    {
        if (_working.Head != _durable.Head) LogRow.WriteHead(session, _working.Head, checkpoint: null);
        else if (!_changed) return false;
        return true;
    }

    public void Committed()
    {
        _durable = _working;
        publish(_durable);
        foreach (var action in _afterCommit)
            action();
        Transaction.Tell(_transactions);
    }

    /// <summary>Something to do when the transaction is durable. It has written something.</summary>
    public void AfterCommit(Action action)
    {
        _changed = true;
        _afterCommit.Add(action);
    }

    /// <summary>Writes one caller's changes.</summary>
    public CommittedTransaction Commit(IReadOnlyList<Change> changes)
    {
        var head = _working.Head;
        var sequence = head.Position.Sequence;
        var count = head.Count;
        var records = new List<ChangeRecord>(changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (!Replaces(change, ref count)) continue;
            var record = new ChangeRecord(++sequence, change.Kind, change.Key, change.Payload);
            Put(record);
            if (!record.IsTombstone) count++;
            records.Add(record);
        }

        if (records.Count == 0) return new CommittedTransaction([], head);
        var latest = changes.Count == 1 ? records : LatestOfEachKey(records);
        return Advance(latest, head.Position with { Sequence = sequence }, count, _working.Epochs);
    }

    /// <summary>Begins the next epoch, and the log itself if it is new.</summary>
    public void BeginEpoch(AuthorityStart start, int above, ReadOnlyMemory<byte> publicKey)
    {
        var head = _working.Head;
        var log = head.Position.IsEmpty ? new LogId(Guid.NewGuid()) : head.Position.Log;
        var epoch = Epoch.After(head, start, above, Guid.NewGuid(), publicKey);
        var record = new ChangeRecord(epoch.FirstSequence, RecordKinds.Epoch, EpochPayload.Key(epoch.Number), EpochPayload.Write(epoch));
        Put(record);
        Advance([record], new Position(log, epoch.Number, epoch.Id, epoch.FirstSequence), head.Count + 1, [.. _working.Epochs, epoch]);
    }

    /// <summary>Raises the floor and removes the tombstones that it covers.</summary>
    public long Compact(long floor)
    {
        var head = _working.Head;
        floor = Math.Min(floor, head.Position.Sequence);
        if (floor <= head.Floor) return head.Floor;
        session.Statement(LogSql.DropTombstones).Bind(1, floor).Run();
        _working = _working with { Head = head with { Floor = floor } };
        return floor;
    }

    // False when the change changes nothing. What it replaces is taken out of the digest and the count.
    private bool Replaces(in Change change, ref long count)
    {
        var find = session.Statement(LogSql.Find).Bind(1, change.Kind).Bind(2, change.Key.Span);
        if (!find.Step()) return change.Payload is not null;
        var isTombstone = find.IsNull(1);
        var same = isTombstone ? change.Payload is null : change.Payload is { } payload && find.Blob(1).SequenceEqual(payload.Span);
        if (!same && !isTombstone)
        {
            _digest.Subtract(find.Int64(0), change.Kind, change.Key.Span, find.Blob(1));
            count--;
        }

        find.Reset();
        return !same;
    }

    private void Put(in ChangeRecord record)
    {
        session.Statement(LogSql.Put).Bind(1, record.Sequence).Bind(2, record.Kind).Bind(3, record.Key.Span).Bind(4, record.Payload).Run();
        _digest.Add(record);
    }

    private CommittedTransaction Advance(IReadOnlyList<ChangeRecord> records, Position position, long count, IReadOnlyList<Epoch> epochs)
    {
        var head = _working.Head with { Position = position, Count = count, Digest = _digest.ToBytes() };
        _working = _working with { Head = head, Epochs = epochs };
        var transaction = new CommittedTransaction(records, head);
        _transactions.Add(transaction);
        return transaction;
    }

    // A key that was changed twice stands in the log once, under its later sequence.
    private static List<ChangeRecord> LatestOfEachKey(List<ChangeRecord> records)
    {
        var seen = new HashSet<(int, ReadOnlyMemory<byte>)>(records.Count, RecordKeyComparer.Instance);
        var latest = new List<ChangeRecord>(records.Count);
        for (var i = records.Count - 1; i >= 0; i--)
            if (seen.Add((records[i].Kind, records[i].Key)))
                latest.Add(records[i]);
        latest.Reverse();
        return latest;
    }
}
