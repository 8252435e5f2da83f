using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>What an administrator is about to decide of one update for one group.</summary>
public sealed record ApprovalPlan
{
    /// <summary>The update; it has a revision.</summary>
    public required UpdateEntry Update { get; init; }

    /// <summary>The group.</summary>
    public required TargetGroup Group { get; init; }

    /// <summary>What its computers are to do; without meaning for <see cref="ApprovalReach.SameAsParent"/>.</summary>
    public ApprovalAction Action { get; init; } = ApprovalAction.Install;

    /// <summary>By when, UTC; null for none.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The deadline is by the clock on each computer's wall.</summary>
    public bool IsDeadlineFloating { get; init; }

    /// <summary>The licences that it needs are accepted with it.</summary>
    public bool AcceptsEula { get; init; }

    /// <summary>What becomes of the groups below.</summary>
    public ApprovalReach Reach { get; init; }

    /// <summary>The approval that the group will have; null when it inherits.</summary>
    public Approval? Approval => Reach == ApprovalReach.SameAsParent
        ? null
        : new Approval(Update.UpdateId, Group.Id, Update.Latest!.Id.RevisionNumber, Action, Deadline) { IsDeadlineFloating = Deadline is not null && IsDeadlineFloating }; // The update has a revision.

    /// <summary>Approvals of the update that go: the group's own, or those of the groups below.</summary>
    public IEnumerable<Approval> Removed(GroupTree groups) => Reach switch
    {
        ApprovalReach.SameAsParent => Update.Approvals.Where(approval => approval.GroupId == Group.Id),
        ApprovalReach.ApplyToChildren => Update.Approvals.Where(approval => approval.GroupId != Group.Id && groups.WithAncestors(approval.GroupId).Contains(Group.Id)),
        _ => [],
    };

    /// <summary>All approvals of the update as they will stand.</summary>
    public IReadOnlyList<Approval> After(GroupTree groups)
    {
        var removed = Removed(groups).ToHashSet();
        var rest = Update.Approvals.Where(approval => approval.GroupId != Group.Id && !removed.Contains(approval));
        return Approval is { } own ? [.. rest, own] : [.. rest];
    }
}
