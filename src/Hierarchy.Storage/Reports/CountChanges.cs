using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Reports;

/// <summary>What a transaction changes in the counts, collected so that each block of them is written once.</summary>
internal sealed class CountChanges
{
    /// <summary>The update number under which computers themselves are counted, with state 0; updates begin at 1.</summary>
    public const int Computers = 0;

    private readonly Dictionary<(int Part, int Scope), List<Change>> _changes = [];
    private readonly CountBlock _block = new();
    private (int Part, int Scope) _last;
    private List<Change>? _ofLast;

    public void Clear()
    {
        _changes.Clear();
        _ofLast = null;
    }

    public void Add(int update, int scope, UpdateState state, int by)
    {
        var key = (update >> StatusBlock.SlotBits, scope);
        if (_ofLast is null || key != _last)
        {
            if (!_changes.TryGetValue(key, out _ofLast)) _changes[key] = _ofLast = [];
            _last = key;
        }

        _ofLast.Add(new Change((byte)(update & (StatusBlock.Slots - 1)), (byte)state, by));
    }

    /// <summary>Writes the blocks that changed.</summary>
    public void Write(IReportRows rows)
    {
        foreach (var ((part, scope), changes) in _changes)
        {
            rows.ReadCounts(part, scope, _block);
            foreach (var change in changes)
                _block.Add(change.Slot, (UpdateState)change.State, change.By);
            rows.PutCounts(part, scope, _block);
        }
    }

    private readonly record struct Change(byte Slot, byte State, int By);
}
