namespace Hierarchy.Replication.Follower;

/// <summary>Why a call to a parent ended.</summary>
internal enum FeedEnd
{
    /// <summary>Unreachable, cut, silent, or the parent stops.</summary>
    Unavailable = 1,

    /// <summary>The parent refuses: a loop, no right.</summary>
    Refused = 2,

    /// <summary>What came was wrong.</summary>
    Integrity = 3,

    /// <summary>This server's own storage failed.</summary>
    Storage = 4,
}
