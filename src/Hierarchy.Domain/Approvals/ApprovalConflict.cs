using Hierarchy.Domain.Groups;

namespace Hierarchy.Domain.Approvals;

/// <summary>
/// Chooses among the approvals that count for one computer. In order: the one set on the deeper group wins; at equal depth NotApproved loses; install beats uninstall; required beats
/// optional; a deadline beats none; the earlier deadline wins, one by the clock on the wall being compared as if it were UTC, since no server knows every computer's offset. The order in which
/// memberships are listed never matters.
/// </summary>
public static class ApprovalConflict
{
    /// <summary>The winner; null when none counts for the computer.</summary>
    public static Approval? Resolve(IReadOnlyList<Approval> approvals, Membership membership)
    {
        Approval? winner = null;
        var winnersDepth = -1;
        for (var i = 0; i < approvals.Count; i++)
        {
            var approval = approvals[i];
            if (!membership.TryGetDepth(approval.GroupId, out var depth)) continue;
            if (winner is not null && Compare(approval, depth, winner, winnersDepth) <= 0) continue;
            winner = approval;
            winnersDepth = depth;
        }

        return winner;
    }

    private static int Compare(Approval left, int leftDepth, Approval right, int rightDepth)
    {
        if (leftDepth != rightDepth) return leftDepth.CompareTo(rightDepth);
        var action = Rank(left.Action).CompareTo(Rank(right.Action));
        if (action != 0) return action;
        var deadline = (right.Deadline ?? DateTimeOffset.MaxValue).CompareTo(left.Deadline ?? DateTimeOffset.MaxValue);
        if (deadline != 0) return deadline;
        // A moment before a time on the wall; and equal in all that is decided: the group id makes every server choose the same one.
        return left.IsDeadlineFloating != right.IsDeadlineFloating ? right.IsDeadlineFloating.CompareTo(left.IsDeadlineFloating) : right.GroupId.CompareTo(left.GroupId);
    }

    private static int Rank(ApprovalAction action) => action switch
    {
        ApprovalAction.Install => 4,
        ApprovalAction.OptionalInstall => 3,
        ApprovalAction.Uninstall => 2,
        ApprovalAction.NotApproved => 1,
        _ => 0,
    };
}
