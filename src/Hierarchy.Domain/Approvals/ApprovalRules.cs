using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>What may not be decided, and why. Pure: it looks at a view and a plan, and changes neither.</summary>
public static class ApprovalRules
{
    /// <summary>All reasons against it, those first that no other choice of action would take away; none when it may be decided.</summary>
    /// <param name="view">The state in which it would be decided.</param>
    /// <param name="plan">The decision.</param>
    /// <param name="dependents">Of that view, found once for many checks; null to look through the catalog.</param>
    public static IReadOnlyList<ApprovalObjection> Check(ServedView view, ApprovalPlan plan, ApprovedDependents? dependents = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(plan);
        var latest = plan.Update.Latest!; // A plan is about an update with a revision.
        var name = NameOf(latest);
        var objections = new List<ApprovalObjection>();
        if (latest.Type is UpdateType.Detectoid or UpdateType.Category)
            Object(ApprovalObjectionKind.NothingToInstall, $"{name} is a {latest.Type.ToString().ToLowerInvariant()}: there is nothing to approve.");
        else if (!latest.IsExplicitlyDeployable)
            Object(ApprovalObjectionKind.PartOfBundle, $"{name} is part of a bundle and comes with it: approve the bundle.");
        // Whatever else may be wrong with it: there is nothing to decide.
        if (objections.Count > 0) return objections;

        if (plan.Update.IsDeclined)
            Object(ApprovalObjectionKind.Declined, $"{name} is declined. Take that back first: hierarchy decline {plan.Update.UpdateId:D} --undo. It is not approved then.");
        if (plan.Reach != ApprovalReach.SameAsParent) CheckAction();
        if (objections.Count == 0 && OppositeDependency.Find(view, plan, dependents) is { } opposite) Object(ApprovalObjectionKind.OppositeOfDependency, opposite);
        return objections;

        void CheckAction()
        {
            var installs = plan.Action is ApprovalAction.Install or ApprovalAction.OptionalInstall;
            if (latest.PublicationState == PublicationState.Expired && plan.Action != ApprovalAction.Uninstall)
                Object(ApprovalObjectionKind.Expired, $"{name} was withdrawn by its publisher: it can only be approved for uninstalling.");
            if (plan.Action == ApprovalAction.Uninstall && !latest.CanUninstall) Object(ApprovalObjectionKind.CannotUninstall, $"{name} cannot be uninstalled.");
            if (plan.Action == ApprovalAction.NotApproved && plan.Group.Id == TargetGroup.AllComputers.Id)
                Object(
                    ApprovalObjectionKind.NothingAbove,
                    "Not approved stops what a group above says, and nothing is above All Computers: take its approval away (--same-as-parent), choose another group, or decline the update.");
            if (plan.Deadline is not null && plan.Action is not (ApprovalAction.Install or ApprovalAction.Uninstall))
                Object(ApprovalObjectionKind.DeadlineWithoutInstallation, "A deadline goes with install or uninstall only.");
            else if (plan.Deadline is not null && latest.CanRequestUserInput)
                Object(ApprovalObjectionKind.DeadlineWithUserInput, $"{name} may ask the user something while it installs, so it takes no deadline.");
            if (installs && !plan.AcceptsEula && Eulas.NotAccepted(view, latest) is { Count: > 0 } eulas)
                Object(
                    ApprovalObjectionKind.EulaNotAccepted,
                    $"{name} has {(eulas.Count == 1 ? "a licence" : $"{eulas.Count} licences")} that nobody accepted yet: {string.Join(", ", eulas.Select(id => id.ToString("D")))}. "
                    + $"Read it: hierarchy eulas list --update {plan.Update.UpdateId:D} --text. Then approve with --accept-eula.");
        }

        void Object(ApprovalObjectionKind kind, string message) => objections.Add(new ApprovalObjection(kind, message));
    }

    internal static string NameOf(CatalogEntry entry) => $"'{entry.Title}' ({entry.Id.UpdateId:D})";
}
