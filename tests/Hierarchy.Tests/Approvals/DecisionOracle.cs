using Hierarchy.Domain.Approvals;

namespace Hierarchy.Tests.Approvals;

/// <summary>
/// What is decided about one update for one computer, said once more and as simply as the rules are told: sorted lists, and no thought of speed. It shares nothing with the product but the names of actions.
/// </summary>
internal static class DecisionOracle
{
    /// <summary>A revision: its number, whether its publisher withdrew it, and whether it has a licence, its own or of what it brings, that nobody accepted.</summary>
    public sealed record Revision(int Number, bool IsExpired = false, bool HasOpenLicence = false);

    /// <summary>An approval, with the depth of its group; below zero where the computer is not in there.</summary>
    public sealed record Said(int Depth, Guid Group, int Number, ApprovalAction Action, DateTimeOffset? Deadline, bool IsFloating);

    /// <summary>What the computer is told; null for nothing.</summary>
    public sealed record Told(DecisionAction Action, int Number, DateTimeOffset? Deadline, bool IsFloating);

    public static Told? Decide(IReadOnlyList<Revision> revisions, IReadOnlyList<Said> approvals, bool isDeclined, bool isDetection, bool isPartOfBundle, bool keepsRevisions)
    {
        if (isDeclined || revisions.Count == 0) return null;
        var sorted = revisions.OrderBy(revision => revision.Number).ToList();
        var newest = sorted[^1];
        if (isDetection) return newest.IsExpired ? null : new Told(DecisionAction.Evaluate, newest.Number, null, false);

        var counting = approvals.Where(approval => approval.Depth >= 0).ToList();
        counting.Sort((one, other) =>
        {
            if (one.Depth != other.Depth) return other.Depth - one.Depth;
            if (one.Action != other.Action) return Order.IndexOf(one.Action) - Order.IndexOf(other.Action);
            if (one.Deadline != other.Deadline) return one.Deadline is null ? 1 : other.Deadline is null ? -1 : one.Deadline.Value.CompareTo(other.Deadline.Value);
            return one.IsFloating != other.IsFloating ? (one.IsFloating ? 1 : -1) : one.Group.CompareTo(other.Group);
        });
        var winner = counting.FirstOrDefault();
        if (newest.IsExpired) return winner?.Action == ApprovalAction.Uninstall ? new Told(DecisionAction.Uninstall, newest.Number, winner.Deadline, winner.IsFloating) : null;

        var unapproved = new Told(isPartOfBundle ? DecisionAction.Bundle : DecisionAction.Evaluate, newest.Number, null, false);
        if (winner is null || winner.Action == ApprovalAction.NotApproved) return unapproved;
        var number = NumberFor(sorted, winner, keepsRevisions);
        var action = winner.Action switch { ApprovalAction.Install => DecisionAction.Install, ApprovalAction.Uninstall => DecisionAction.Uninstall, _ => DecisionAction.OptionalInstall };
        return number is { } found ? new Told(action, found, winner.Deadline, winner.IsFloating) : unapproved;
    }

    private static readonly List<ApprovalAction> Order = [ApprovalAction.Install, ApprovalAction.OptionalInstall, ApprovalAction.Uninstall, ApprovalAction.NotApproved];

    private static int? NumberFor(List<Revision> sorted, Said approval, bool keepsRevisions)
    {
        var approved = sorted.SingleOrDefault(revision => revision.Number == approval.Number && !revision.IsExpired);
        if (keepsRevisions && approved is not null) return approved.Number;
        if (approval.Action == ApprovalAction.Uninstall) return sorted[^1].Number;
        // From the approved one on; where that has yet to come, the newest there is.
        var from = Math.Min(approval.Number, sorted[^1].Number);
        return sorted.LastOrDefault(revision => revision.Number >= from && !revision.IsExpired && !revision.HasOpenLicence)?.Number ?? approved?.Number;
    }
}
