using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>What decline rules make of updates. Pure.</summary>
/// <param name="view">The state that is judged.</param>
/// <param name="now">Days are counted to here.</param>
public sealed class DeclineJudge(ServedView view, DateTimeOffset now)
{
    /// <summary>Updates that a decline rule may be about: superseded, not declined, and approved by themselves if at all; by id.</summary>
    public IReadOnlyList<UpdateEntry> Superseded() =>
        [.. view.Supersedence.Superseded.Select(id => view.Updates[id]).Where(IsMeant).OrderBy(update => update.UpdateId)];

    /// <summary>What becomes of an update.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="update">The update.</param>
    /// <param name="needing">How many computers need it, have downloaded it, or failed to install it.</param>
    public DeclineVerdict Judge(DeclineRule rule, UpdateEntry update, int needing)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(update);
        if (!IsMeant(update) || view.Supersedence.StateOf(update) is not (SupersedenceState.Superseded or SupersedenceState.Both)) return DeclineVerdict.NotMeant;
        if (IsBundled(update)) return DeclineVerdict.Bundled;
        if (update.Approvals.Any(approval => approval.Action == ApprovalAction.Uninstall)) return DeclineVerdict.BeingUninstalled;
        if (rule.OlderThanDays > 0 && !(ArrivalOf(update) <= now - TimeSpan.FromDays(rule.OlderThanDays))) return DeclineVerdict.TooYoung;
        if (needing > 0 && !rule.EvenIfNeeded) return DeclineVerdict.Needed;
        return rule.EvenIfNotReplaced || IsReplaced(update) ? DeclineVerdict.Decline : DeclineVerdict.NotReplaced;
    }

    /// <summary>When its first revision came; null where a record does not say.</summary>
    public static DateTimeOffset? ArrivalOf(UpdateEntry update)
    {
        ArgumentNullException.ThrowIfNull(update);
        DateTimeOffset? first = null;
        foreach (var revision in update.Revisions)
        {
            if (revision.ArrivedAt is not { } arrived) return null;
            if (first is null || arrived < first) first = arrived;
        }

        return first;
    }

    private static bool IsMeant(UpdateEntry update) =>
        !update.IsDeclined && update.Latest is { Type: UpdateType.Software or UpdateType.Driver, IsExplicitlyDeployable: true };

    private bool IsBundled(UpdateEntry update) => update.Revisions.Any(revision => view.BundlesOf(revision.Id).Count > 0);

    /// <summary>Wherever it is to be installed or offered, something that replaces it (directly or further up) is as well; approved nowhere, something that replaces it is approved somewhere.</summary>
    private bool IsReplaced(UpdateEntry update)
    {
        UpdateEntry[] chain = [.. view.Supersedence.ChainOf(update.UpdateId).Select(id => view.Updates[id]).Where(other => other.Approvals.Any(approval => Installs(approval.Action)))];
        if (chain.Length == 0) return false;
        if (!update.Approvals.Any(approval => Installs(approval.Action))) return true;
        foreach (var group in view.Groups.Groups)
        {
            var own = ActionOf(update, group);
            if (!Installs(own)) continue;
            // What is only offered does not take the place of what is installed.
            if (!chain.Any(other => ActionOf(other, group) is var action && (action == ApprovalAction.Install || (own == ApprovalAction.OptionalInstall && Installs(action))))) return false;
        }

        return true;
    }

    /// <summary>What a computer that is in that group alone does; null for nothing.</summary>
    private ApprovalAction? ActionOf(UpdateEntry update, TargetGroup group)
    {
        Approval? nearest = null;
        var depth = -1;
        foreach (var ancestor in view.Groups.WithAncestors(group.Id))
            foreach (var approval in update.Approvals)
                if (approval.GroupId == ancestor && view.Groups.DepthOf(ancestor) > depth)
                    (nearest, depth) = (approval, view.Groups.DepthOf(ancestor));
        return nearest?.Action;
    }

    private static bool Installs(ApprovalAction? action) => action is ApprovalAction.Install or ApprovalAction.OptionalInstall;
}
