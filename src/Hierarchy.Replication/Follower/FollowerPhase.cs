namespace Hierarchy.Replication.Follower;

/// <summary>What a follower is doing.</summary>
public enum FollowerPhase
{
    /// <summary>Not started.</summary>
    Stopped = 0,

    /// <summary>Calling a parent.</summary>
    Connecting = 1,

    /// <summary>Taking pages; what is served is the state before.</summary>
    CatchingUp = 2,

    /// <summary>At the parent's head, taking transactions as they come.</summary>
    Live = 3,

    /// <summary>Nothing to be had anywhere now; it tries again.</summary>
    Waiting = 4,

    /// <summary>Comparing with a parent, and fetching the records that differ; what is served is the state before.</summary>
    Repairing = 5,
}
