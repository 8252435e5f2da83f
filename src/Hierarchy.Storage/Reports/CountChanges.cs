using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Reports;

/// <summary>What a transaction changes in the counts, summed up so that each counter is written once.</summary>
internal sealed class CountChanges
{
    /// <summary>The update number under which computers themselves are counted, with state 0; updates begin at 1.</summary>
    public const int Computers = 0;

    private readonly Dictionary<(int Update, int Scope, int State), int> _changes = [];

    /// <summary>The counters that differ from before.</summary>
    public IEnumerable<(int Update, int Scope, int State, int By)> All =>
        _changes.Where(change => change.Value != 0).Select(change => (change.Key.Update, change.Key.Scope, change.Key.State, change.Value));

    public void Clear() => _changes.Clear();

    public void Add(int update, int scope, UpdateState state, int by)
    {
        ref var sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_changes, (update, scope, (int)state), out _);
        sum += by;
    }
}
