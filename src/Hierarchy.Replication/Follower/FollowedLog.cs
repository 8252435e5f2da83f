using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Follower;

/// <summary>Which of its parents' logs a follower follows, and from whom it takes it.</summary>
public sealed record FollowedLog
{
    /// <summary>The tree's log, from any parent.</summary>
    public static FollowedLog Tree { get; } = new();

    /// <summary>The overlay that is followed; none for the tree's log.</summary>
    public LogId Overlay { get; init; }

    /// <summary>
    /// Asked with the parent's number in the order of preference, and the log whose decisions it serves (none for the tree's own): why this parent is passed over; null to follow it. Answers from memory.
    /// </summary>
    public Func<int, LogId, string?> Refuse { get; init; } = static (_, _) => null;

    /// <summary>A parent is followed that serves these decisions: called before anything of it is taken.</summary>
    public Func<LogId, CancellationToken, ValueTask> Accepted { get; init; } = static (_, _) => ValueTask.CompletedTask;
}
