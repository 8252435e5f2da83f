using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Succession;

namespace Hierarchy.Replication.Wire;

/// <summary>One event of the feed, read and checked in itself: limits, order, sizes. Whether it may come now is the machine's question.</summary>
internal abstract record FeedMessage
{
    /// <summary>Who the source is and where the first page begins.</summary>
    public sealed record Started(Guid ServerId, string Name, IReadOnlyList<Guid> Ancestry, long Floor, string ContentUrl, long From, long Head) : FeedMessage
    {
        /// <summary>The log whose decisions it serves; none for the tree's own; null while it has nothing and so does not know.</summary>
        public LogId? Overlay { get; init; }

        /// <summary>The reign that has taken the place of the one that it serves, where it knows of one.</summary>
        public NewerReign? Newer { get; init; }
    }

    /// <summary>A part of the catch-up.</summary>
    public sealed record Page(IReadOnlyList<ChangeRecord> Records, long Through, long Head) : FeedMessage;

    /// <summary>The pages are complete.</summary>
    public sealed record CaughtUp(Checkpoint Checkpoint) : FeedMessage;

    /// <summary>Whole transactions; the frame as it was received, so that it can be passed on unchanged.</summary>
    public sealed record Transaction(IReadOnlyList<ChangeRecord> Records, Checkpoint Checkpoint, long Floor, FeedFrame Frame) : FeedMessage;

    /// <summary>Nothing new.</summary>
    public sealed record Bookmark(Checkpoint Checkpoint) : FeedMessage;

    /// <summary>The source is behind the follower.</summary>
    public sealed record Behind(Position Head) : FeedMessage;

    /// <summary>The follower's history is not the source's.</summary>
    public sealed record Diverged(Position Head, string Reason) : FeedMessage;

    /// <summary>The position is below the floor.</summary>
    public sealed record SnapshotRequired(long Floor) : FeedMessage;

    /// <summary>An event that a newer source sends and this version does not know; it is passed over.</summary>
    public sealed record Unknown : FeedMessage;
}
