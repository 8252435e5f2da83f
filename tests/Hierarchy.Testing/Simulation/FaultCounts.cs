namespace Hierarchy.Testing.Simulation;

/// <summary>How often each kind of fault happened.</summary>
internal sealed class FaultCounts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long this[string kind] => _counts.GetValueOrDefault(kind);

    public void Add(string kind, long times = 1) => _counts[kind] = _counts.GetValueOrDefault(kind) + times;

    public void Add(FaultCounts other)
    {
        foreach (var (kind, times) in other._counts) Add(kind, times);
    }
}
