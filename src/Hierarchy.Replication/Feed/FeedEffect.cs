using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Feed;

/// <summary>What the driver of a <see cref="FeedSession"/> is to do next, in order.</summary>
internal abstract record FeedEffect
{
    /// <summary>Write the frame to the follower.</summary>
    public sealed record Send(FeedFrame Frame) : FeedEffect;

    /// <summary>Read the page after a place, and come back with <see cref="FeedSession.OnPage"/>.</summary>
    public sealed record Read(long After) : FeedEffect;

    /// <summary>Take the next transaction after a place from the tail, waiting for it, and come back with <see cref="FeedSession.OnTail"/>, <see cref="FeedSession.OnLost"/> or <see cref="FeedSession.OnBookmark"/>.</summary>
    public sealed record Tail(long After, long Generation) : FeedEffect;

    /// <summary>End the call.</summary>
    public sealed record End : FeedEffect;

    /// <summary>Refuse the call: a loop.</summary>
    public sealed record Refuse(string Reason) : FeedEffect;
}
