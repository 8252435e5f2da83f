using Hierarchy.Domain.Groups;

namespace Hierarchy.Domain.Approvals;

/// <summary>Puts the approvals that count for a computer in order and says of each that lost to which rule. For people: slower than <see cref="ApprovalConflict"/>, which decides alike.</summary>
internal sealed class ApprovalContest(GroupTree groups, Membership membership)
{
    private const int MostElsewhere = 10;

    /// <summary>The approval that counts; null for none. Adds what led to it.</summary>
    public Approval? Decide(IReadOnlyList<Approval> approvals, List<string> reasons)
    {
        var elsewhere = approvals.Where(approval => !membership.TryGetDepth(approval.GroupId, out _)).Select(approval => NameOf(approval.GroupId)).Order(StringComparer.Ordinal).ToArray();
        if (elsewhere.Length > 0)
            reasons.Add($"What is decided for {string.Join(", ", elsewhere.Take(MostElsewhere))}{(elsewhere.Length > MostElsewhere ? $" and {elsewhere.Length - MostElsewhere} more" : "")} does not count: the computer is not in there.");
        var contest = approvals.Where(approval => membership.TryGetDepth(approval.GroupId, out _))
            .OrderByDescending(DepthOf).ThenBy(Precedence).ThenBy(approval => approval.Deadline ?? DateTimeOffset.MaxValue).ThenBy(approval => approval.IsDeadlineFloating).ThenBy(approval => approval.GroupId)
            .ToArray();
        if (contest.Length == 0)
        {
            reasons.Add("Nothing is decided for any of its groups.");
            return null;
        }

        var winner = contest[0];
        reasons.Add($"{NameOf(winner.GroupId)} says: {Words(winner)}. {(contest.Length == 1 ? "Nothing else is said." : "That counts.")}");
        foreach (var loser in contest.Skip(1)) reasons.Add($"{NameOf(loser.GroupId)} says: {Words(loser)}. It loses: {Why(winner, loser)}.");
        return winner;
    }

    private string Why(Approval winner, Approval loser)
    {
        if (DepthOf(winner) != DepthOf(loser)) return $"{NameOf(winner.GroupId)} lies deeper";
        if (loser.Action == ApprovalAction.NotApproved && winner.Action != ApprovalAction.NotApproved) return "at equal depth, not approved loses to everything";
        if (loser.Action == ApprovalAction.Uninstall && winner.Action != ApprovalAction.Uninstall) return "at equal depth, installing beats uninstalling";
        if (loser.Action != winner.Action) return "at equal depth, required beats optional";
        if (loser.Deadline is null && winner.Deadline is not null) return "a deadline beats none";
        if (loser.Deadline != winner.Deadline) return "the earlier deadline counts";
        return loser.IsDeadlineFloating != winner.IsDeadlineFloating ? "of equal times, the one in UTC counts before the one on the wall" : "they say the same, and the lower id of the two groups decides for all servers alike";
    }

    private int DepthOf(Approval approval) => membership.TryGetDepth(approval.GroupId, out var depth) ? depth : -1;

    private string NameOf(Guid groupId) => groups.Find(groupId)?.Name ?? groupId.ToString("D");

    private static int Precedence(Approval approval) => approval.Action switch
    {
        ApprovalAction.Install => 0,
        ApprovalAction.OptionalInstall => 1,
        ApprovalAction.Uninstall => 2,
        ApprovalAction.NotApproved => 3,
        _ => 4,
    };

    private static string Words(Approval approval)
    {
        var action = approval.Action switch
        {
            ApprovalAction.Install => "install",
            ApprovalAction.OptionalInstall => "offer it, install it when the user wants",
            ApprovalAction.Uninstall => "uninstall",
            ApprovalAction.NotApproved => "not approved, whatever the groups above say",
            _ => $"an action that this version does not know ({(int)approval.Action})",
        };
        return approval.Deadline is { } deadline ? $"{action} by {deadline:yyyy-MM-dd HH:mm}{(approval.IsDeadlineFloating ? " on the wall" : " UTC")}" : action;
    }
}
