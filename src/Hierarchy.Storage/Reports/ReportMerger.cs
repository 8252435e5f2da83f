using Hierarchy.Domain;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Reports;

/// <summary>The rules of merging, for every dialect: which word wins, what moves to the end of the outbox, and what it does to the counts. Works within one transaction, for the writer alone.</summary>
internal sealed class ReportMerger(IReportRows rows, ComputerGroups groupsOf)
{
    private readonly Dictionary<string, ComputerRow?> _computers = [];
    private readonly CountChanges _counts = new();
    private readonly StatusBlock _block = new();
    private readonly List<Incoming> _incoming = [];

    /// <summary>A transaction begins: what an earlier one left that failed is forgotten.</summary>
    public void Begin()
    {
        _computers.Clear();
        _counts.Clear();
    }

    /// <summary>Writes what several merges of the transaction have in common.</summary>
    public void Finish()
    {
        foreach (var row in _computers.Values)
            if (row is { IsChanged: true })
                rows.PutComputer(row);
        _counts.Write(rows);
    }

    /// <summary>Merges reports; returns how many of them changed something.</summary>
    public int Merge(IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses)
    {
        var changed = 0;
        for (var i = 0; i < computers.Count; i++)
            if (Put(computers[i]))
                changed++;
        return changed + Put(statuses);
    }

    /// <summary>Looks again which groups the computers are in; returns how many had moved.</summary>
    public int Regroup(IEnumerable<string> computerIds) => computerIds.Count(id => Find(id) is { Report: not null } row && Regroup(row, isCounted: true));

    /// <summary>Takes a computer over from a store that neither packed nor counted: its row is there, its statuses are given.</summary>
    public void Adopt(string computerId, IReadOnlyList<StatusReport> statuses)
    {
        var row = FindOrAdd(computerId);
        if (row.Report is { } report)
        {
            row.StatusIncarnation = Math.Max(row.StatusIncarnation, report.Incarnation);
            Regroup(row, isCounted: false);
            _counts.Add(CountChanges.Computers, row.Scope, UpdateState.Unknown, 1);
        }

        Put(statuses);
    }

    private bool Put(ComputerReport report)
    {
        var row = FindOrAdd(report.ComputerId);
        if (row.Report is { } known && (report.Incarnation, report.Counter).CompareTo((known.Incarnation, known.Counter)) <= 0) return false;
        var isFirst = row.Report is null;
        row.Report = report;
        row.Outbox = rows.NextNumber();
        row.IsChanged = true;
        if (report.Incarnation > row.StatusIncarnation) BeginIncarnation(row, report.Incarnation);
        Regroup(row, isCounted: !isFirst);
        if (isFirst) _counts.Add(CountChanges.Computers, row.Scope, UpdateState.Unknown, 1);
        return true;
    }

    private int Put(IReadOnlyList<StatusReport> statuses)
    {
        // First the incarnations, so that of two in one batch the higher one wins wherever it stands.
        for (var i = 0; i < statuses.Count; i++)
        {
            if ((int)statuses[i].State is < 0 or >= StateCounts.MaxStates) throw new IntegrityException($"A status has state {(int)statuses[i].State}; states lie below {StateCounts.MaxStates}. Nothing of its batch was kept.");
            var row = FindOrAdd(statuses[i].ComputerId);
            if (statuses[i].Incarnation > row.StatusIncarnation) BeginIncarnation(row, statuses[i].Incarnation);
        }

        _incoming.Clear();
        for (var i = 0; i < statuses.Count; i++)
        {
            var status = statuses[i];
            var row = FindOrAdd(status.ComputerId);
            if (status.Incarnation < row.StatusIncarnation) continue;
            var update = rows.UpdateNumber(status.UpdateId);
            var key = new BlockKey(row.Key, status.User.Length == 0 ? 0 : rows.UserNumber(status.User), update >> StatusBlock.SlotBits);
            _incoming.Add(new Incoming(key, update & (StatusBlock.Slots - 1), row, status));
        }

        _incoming.Sort(static (one, other) => one.CompareTo(other));
        var changed = 0;
        for (int first = 0, next; first < _incoming.Count; first = next)
        {
            for (next = first + 1; next < _incoming.Count && _incoming[next].Key == _incoming[first].Key;)
                next++;
            changed += PutBlock(first, next);
        }

        return changed;
    }

    private int PutBlock(int first, int next)
    {
        var (key, row) = (_incoming[first].Key, _incoming[first].Row);
        var number = rows.ReadBlock(key, _block);
        var changed = 0;
        for (var i = first; i < next; i++)
        {
            var slot = _incoming[i].Slot;
            var entry = StatusEntry.Of(_incoming[i].Status);
            var isKnown = _block.Has(slot);
            if (isKnown && !entry.IsNewerThan(_block[slot])) continue;
            if (changed++ == 0) BeginChanges(number);
            if (isKnown) Count(row, key.UpdateAt(slot), _block[slot].State, -1);
            Count(row, key.UpdateAt(slot), entry.State, 1);
            _block.Set(slot, entry);
        }

        if (changed > 0) rows.PutBlock(key, rows.NextNumber(), _block);
        return changed;
    }

    // The marks of a block that the parent has are of no use any more; those of a block that goes out whole have to say so before it gets a number for which they count.
    private void BeginChanges(long number)
    {
        if (number <= rows.Outbox.Clean) _block.MarkAll(isUnsent: false);
        else if (number <= rows.Outbox.Full) _block.MarkAll(isUnsent: true);
    }

    // The computer was re-imaged, or lost its state: nothing that it said before is true of what stands there now.
    private void BeginIncarnation(ComputerRow row, long incarnation)
    {
        foreach (var (update, state) in StatusesOf(row))
            Count(row, update, state, -1);
        if (row.States.Length > 0) rows.DeleteBlocks(row.Key);
        row.StatusIncarnation = incarnation;
        row.IsChanged = true;
    }

    private bool Regroup(ComputerRow row, bool isCounted)
    {
        if (groupsOf(row.Report!) is not { } groups) return false; // All callers have seen that there is a report.
        var scope = groups.Count == 0 ? 0 : rows.ScopeNumber(new GroupSet(groups));
        if (scope == row.Scope) return false;
        foreach (var (update, state) in StatusesOf(row))
        {
            _counts.Add(update, row.Scope, state, -1);
            _counts.Add(update, scope, state, 1);
        }

        if (isCounted)
        {
            _counts.Add(CountChanges.Computers, row.Scope, UpdateState.Unknown, -1);
            _counts.Add(CountChanges.Computers, scope, UpdateState.Unknown, 1);
        }

        row.Scope = scope;
        row.IsChanged = true;
        return true;
    }

    private IEnumerable<(int Update, UpdateState State)> StatusesOf(ComputerRow row)
    {
        if (row.States.Length == 0) yield break;
        foreach (var key in rows.BlocksOf(row.Key))
        {
            rows.ReadBlock(key, _block);
            for (var slot = 0; slot < StatusBlock.Slots; slot++)
                if (_block.Has(slot))
                    yield return (key.UpdateAt(slot), _block[slot].State);
        }
    }

    private void Count(ComputerRow row, int update, UpdateState state, int by)
    {
        row.Count(state, by);
        _counts.Add(update, row.Scope, state, by);
    }

    private ComputerRow FindOrAdd(string computerId)
    {
        if (Find(computerId) is { } row) return row;
        row = rows.AddComputer(computerId);
        _computers[computerId] = row;
        return row;
    }

    private ComputerRow? Find(string computerId)
    {
        if (_computers.TryGetValue(computerId, out var row)) return row;
        return _computers[computerId] = rows.FindComputer(computerId);
    }

    private readonly record struct Incoming(BlockKey Key, int Slot, ComputerRow Row, StatusReport Status)
    {
        public int CompareTo(Incoming other)
        {
            var order = Key.Computer.CompareTo(other.Key.Computer);
            if (order == 0) order = Key.User.CompareTo(other.Key.User);
            return order != 0 ? order : Key.Part.CompareTo(other.Key.Part);
        }
    }
}
