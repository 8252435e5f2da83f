namespace Hierarchy.Domain.Approvals;

/// <summary>A decision about one update for one group.</summary>
/// <param name="UpdateId">The update.</param>
/// <param name="GroupId">The group; groups nested in it inherit.</param>
/// <param name="RevisionNumber">The revision that was approved.</param>
/// <param name="Action">What to do.</param>
/// <param name="Deadline">By when at the latest, UTC; null for none.</param>
public sealed record Approval(Guid UpdateId, Guid GroupId, int RevisionNumber, ApprovalAction Action, DateTimeOffset? Deadline)
{
    /// <summary>The deadline is what the clock on each computer's wall shows, written as if it were UTC: <see cref="FloatingDeadline"/>.</summary>
    public bool IsDeadlineFloating { get; init; }
}
