namespace Hierarchy.Replication.Feed;

/// <summary>The feed of the overlay, beside that of the tree's log: a server that carries one names it here, and may do so at any time.</summary>
public sealed class OverlayFeed
{
    private volatile FeedSource? _source;

    /// <summary>Feeds the overlay to the servers below; null where decisions come from the tree's log.</summary>
    public FeedSource? Source
    {
        get => _source;
        set => _source = value;
    }
}
