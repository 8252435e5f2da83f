namespace Hierarchy.Domain.Reports;

/// <summary>How many statuses there are of each state. Immutable.</summary>
public sealed class StateCounts
{
    /// <summary>States lie below this: what a later version adds is counted as well.</summary>
    public const int MaxStates = 64;

    private readonly int[] _counts;

    private StateCounts(int[] counts) => _counts = counts;

    /// <summary>Nothing of anything.</summary>
    public static StateCounts None { get; } = new([]);

    /// <summary>How many are in that state.</summary>
    public int this[UpdateState state] => (int)state >= 0 && (int)state < _counts.Length ? _counts[(int)state] : 0;

    /// <summary>All of them.</summary>
    public int Total => _counts.Sum();

    /// <summary>The states that have any, ascending.</summary>
    public IEnumerable<(UpdateState State, int Count)> Counted
    {
        get
        {
            for (var state = 0; state < _counts.Length; state++)
                if (_counts[state] != 0)
                    yield return ((UpdateState)state, _counts[state]);
        }
    }

    /// <summary>Counts by state, from 0 on; copied.</summary>
    public static StateCounts Of(ReadOnlySpan<int> counts) => counts.IsEmpty ? None : new StateCounts(counts.ToArray());
}
