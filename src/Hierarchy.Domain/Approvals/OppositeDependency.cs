using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>
/// Installing and uninstalling are opposites: of an update and what it needs or brings, one may not be installed on the computers of a group from which the other is removed. It holds in both
/// directions, whichever of the two is approved first. Where a dependency may be satisfied by one of several, it is opposed only when each of them is.
/// </summary>
internal static class OppositeDependency
{
    /// <summary>The first contradiction that the plan would make, in words; null for none. One that stands already, and that the plan does not touch, is not its fault.</summary>
    public static string? Find(ServedView view, ApprovalPlan plan, ApprovedDependents? dependents)
    {
        var after = plan.After(view.Groups);
        if (!after.Any(IsAction)) return null;
        var latest = plan.Update.Latest!; // A plan is about an update with a revision.
        // The group, and those below that are decided about by themselves: nowhere else does anything change between them.
        var affected = new Lazy<TargetGroup[]>(() => [.. view.Groups.Groups.Where(group => view.Groups.WithAncestors(group.Id).Contains(plan.Group.Id)).OrderBy(group => view.Groups.DepthOf(group.Id)).ThenBy(group => group.Id)]);
        foreach (var dependency in DependenciesOf(latest))
            if (Opposed(latest, dependency, affected) is { } message)
                return message;
        foreach (var update in dependents?.On(plan.Update.UpdateId) ?? view.Updates.Values)
        {
            // Only what is approved can be opposed, and few of all updates are.
            if (update.Latest is not { } dependent || update.IsDeclined || !update.Approvals.Any(IsAction) || update.UpdateId == plan.Update.UpdateId) continue;
            foreach (var dependency in DependenciesOf(dependent))
                if (dependency.Contains(plan.Update.UpdateId) && Opposed(dependent, dependency, affected) is { } message)
                    return message;
        }

        return null;

        string? Opposed(CatalogEntry dependent, Guid[] dependency, Lazy<TargetGroup[]> groups)
        {
            if (!dependency.Any(id => ApprovalsOf(id).Any(IsAction))) return null;
            foreach (var group in groups.Value)
            {
                if (ActionOf(ApprovalsOf(dependent.Id.UpdateId), group) is not { } wanted) continue;
                var opposite = dependency.Select(id => ActionOf(ApprovalsOf(id), group)).ToArray();
                if (opposite.Length == 0 || !opposite.All(action => action is not null && Installs(action.Value) != Installs(wanted))) continue;
                var other = view.Updates.GetValueOrDefault(dependency[0])?.Latest;
                return $"{ApprovalRules.NameOf(dependent)} would be {Words(wanted)} on computers of {group.Name}, and {(other is null ? $"update {dependency[0]:D}" : ApprovalRules.NameOf(other))}, "
                    + $"which it needs or brings, {Words(opposite[0]!.Value)}: change one of the two first (--action not-approved, or --same-as-parent)."; // All of them have an action.
            }

            return null;
        }

        IReadOnlyList<Approval> ApprovalsOf(Guid id) => id == plan.Update.UpdateId ? after
            : view.Updates.TryGetValue(id, out var update) && !update.IsDeclined ? update.Approvals : [];

        // What a computer that is in that group alone would do.
        ApprovalAction? ActionOf(IReadOnlyList<Approval> approvals, TargetGroup group)
        {
            if (approvals.Count == 0) return null;
            Approval? nearest = null;
            var depth = -1;
            foreach (var ancestor in view.Groups.WithAncestors(group.Id))
                foreach (var approval in approvals)
                    if (approval.GroupId == ancestor && view.Groups.DepthOf(ancestor) > depth)
                        (nearest, depth) = (approval, view.Groups.DepthOf(ancestor));
            return nearest is not null && IsAction(nearest) ? nearest.Action : null;
        }
    }

    /// <summary>Each an or of updates; categories say where an update belongs, not what it needs.</summary>
    private static IEnumerable<Guid[]> DependenciesOf(CatalogEntry entry) =>
        entry.Prerequisites.Where(clause => !clause.IsCategory).Select(clause => clause.AnyOf.Distinct().ToArray())
            .Concat(entry.BundledUpdates.Select(group => group.AnyOf.Select(id => id.UpdateId).Distinct().ToArray()));

    private static bool IsAction(Approval approval) => approval.Action is ApprovalAction.Install or ApprovalAction.OptionalInstall or ApprovalAction.Uninstall;

    private static bool Installs(ApprovalAction action) => action is ApprovalAction.Install or ApprovalAction.OptionalInstall;

    private static string Words(ApprovalAction action) => action switch
    {
        ApprovalAction.Install => "installed",
        ApprovalAction.OptionalInstall => "offered",
        _ => "uninstalled",
    };
}
