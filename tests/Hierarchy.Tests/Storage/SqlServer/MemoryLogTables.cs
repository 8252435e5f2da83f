using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.SqlServer;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>
/// The rules of the tables without a database: a unique sequence, a unique key, a head that is written under a condition. It loses answers where a test says so, before the commit, after it, or while
/// the transaction is still on its way.
/// </summary>
internal sealed class MemoryLogTables : ILogTables
{
    private readonly Lock _gate = new();
    private SortedDictionary<long, ChangeRecord> _records = [];
    private LogHead _head = LogHead.Empty;
    private long _writes;
    private CommitPlan? _onItsWay;

    public string Name => "database test on nowhere";

    /// <summary>What becomes of the next write.</summary>
    public Func<Fault> NextFault { get; set; } = () => Fault.None;

    /// <summary>True when a transaction whose answer was lost comes through before the fence that asks for it.</summary>
    public Func<bool> ComesThrough { get; set; } = () => false;

    public LogView Read()
    {
        lock (_gate)
            return View();
    }

    public (LogView View, IReadOnlyList<ChangeRecord> Records) ReadSince(long after)
    {
        lock (_gate)
            return (View(), [.. _records.Values.Where(record => record.Sequence > after)]);
    }

    public IReadOnlyCollection<ChangeRecord> Find(IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> keys)
    {
        lock (_gate)
        {
            var wanted = keys.Select(key => (key.Kind, Convert.ToHexString(key.Key.Span))).ToHashSet();
            return [.. _records.Values.Where(record => wanted.Contains((record.Kind, Convert.ToHexString(record.Key.Span))))];
        }
    }

    public bool Write(CommitPlan plan)
    {
        lock (_gate)
        {
            var fault = NextFault();
            if (fault == Fault.OnItsWay) _onItsWay = plan;
            if (fault is Fault.OnItsWay or Fault.Before) throw new UnavailableException("the answer was lost");
            var written = Commit(plan);
            return fault == Fault.After ? throw new UnavailableException("the answer was lost") : written;
        }
    }

    public (LogHead Head, long Writes) Fence()
    {
        lock (_gate)
        {
            if (ComesThrough()) LetThrough();
            _writes++;
            return (_head, _writes);
        }
    }

    public void LeaveStaging(AuthorityStart start)
    {
    }

    /// <summary>What was on its way arrives; false when it finds another head, or when there is nothing.</summary>
    public bool LetThrough()
    {
        lock (_gate)
        {
            if (_onItsWay is not { } plan) return false;
            _onItsWay = null;
            return Commit(plan);
        }
    }

    /// <summary>Everything as it is now, to come back to.</summary>
    public Action Remember()
    {
        lock (_gate)
        {
            var (records, head, writes) = (new SortedDictionary<long, ChangeRecord>(_records), _head, _writes);
            return () => (_records, _head, _writes) = (records, head, writes);
        }
    }

    private bool Commit(CommitPlan plan)
    {
        var before = plan.Before.Head.Position;
        if (_head.Position.EpochId != before.EpochId || _head.Position.Sequence != before.Sequence || _writes != plan.Before.Writes) return false;
        foreach (var sequence in plan.Remove)
            if (!_records.Remove(sequence)) throw new IntegrityException($"Row {sequence} was to be removed, and is not there.");
        foreach (var record in plan.Put)
        {
            if (Find([(record.Kind, record.Key)]).Count > 0 || !_records.TryAdd(record.Sequence, record))
                throw new IntegrityException($"Row {record.Sequence} stands against another.");
        }

        foreach (var tombstone in _records.Values.Where(record => record.IsTombstone && record.Sequence <= plan.After.Floor).ToArray())
            _records.Remove(tombstone.Sequence);
        _head = plan.After;
        _writes++;
        return true;
    }

    private LogView View() => new(
        _head, EpochHistory.Read(_records.Values.Where(record => record.Kind == RecordKinds.Epoch).Select(record => record.Payload.GetValueOrDefault()), _head.Position), Checkpoint: null, _writes);

    internal enum Fault
    {
        None,
        Before,
        After,
        OnItsWay,
    }
}
