using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Digest;

namespace Hierarchy.Replication.Feed;

/// <summary>The feed of the overlay, beside that of the tree's log: a server that carries one names it here, and may do so at any time.</summary>
public sealed class OverlayFeed
{
    private volatile FeedSource? _source;
    private volatile DigestSource? _comparisons;

    /// <summary>A comparison found that this server's rows of the overlay are not what its head says.</summary>
    public event Action? Rotten;

    /// <summary>Feeds the overlay to the servers below; null where decisions come from the tree's log.</summary>
    public FeedSource? Source
    {
        get => _source;
        set
        {
            var comparisons = value is null ? null : new DigestSource(value, value.State.Log);
            if (comparisons is not null) comparisons.Rotten += () => Rotten?.Invoke();
            (_comparisons, _source) = (comparisons, value);
        }
    }

    /// <summary>Answers those that compare a log of that id; null when it is not the overlay that is served here.</summary>
    internal DigestSource? ComparisonsOf(LogId log) => _source?.Overlay == log ? _comparisons : null;
}
