namespace Hierarchy.Domain.Changes;

/// <summary>How a presented position stands to a server's own log.</summary>
public enum PositionStanding
{
    /// <summary>In this server's history, at or above its floor: the delta since then can be read.</summary>
    Valid = 1,

    /// <summary>This server has not come so far yet: whoever presents it waits or asks another; nobody reads backwards.</summary>
    Behind = 2,

    /// <summary>Of another history: the two are reconciled by digest.</summary>
    Diverged = 3,

    /// <summary>In this server's history, but tombstones above it are gone: a snapshot is needed.</summary>
    BelowFloor = 4,
}
