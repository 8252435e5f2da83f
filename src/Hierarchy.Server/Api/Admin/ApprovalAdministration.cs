using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Approval = Hierarchy.Domain.Approvals.Approval;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;
using UpdateType = Hierarchy.Domain.Catalog.UpdateType;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Approving and declining, with what WSUS refuses refused.</summary>
internal sealed class ApprovalAdministration(DecisionDesk desk)
{
    public async Task<ApproveResponse> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var action = request.Action == Protocol.Catalog.V1.ApprovalAction.Unspecified ? ApprovalAction.Install : (ApprovalAction)request.Action;
        if (!System.Enum.IsDefined(action)) throw Refusal.Invalid($"Action {(int)request.Action} is not known: say install, uninstall, not-approved or optional-install.");
        var deadline = request.Deadline?.ToDateTimeOffset();

        var outcome = await desk.DecideAsync<ApprovalRecord>(
            view =>
            {
                var update = UpdateFinder.Find(view, request.Update);
                var group = view.Groups.Find(request.Group.Trim())
                    ?? throw Refusal.NotFound($"There is no group '{request.Group}'. `hierarchy groups list` lists them, `hierarchy groups add` makes one.");
                var latest = update.Latest!; // Found updates have a revision.
                Check(update, latest, group, action, deadline);

                var approval = new Approval(update.UpdateId, group.Id, latest.Id.RevisionNumber, action, deadline);
                var isSame = update.Approvals.Contains(approval);
                return (CatalogRecords.Message(approval, desk.Now, request.RequestedBy), isSame ? [] : [CatalogRecords.Approval(approval, desk.Now, request.RequestedBy)]);
            },
            cancellationToken);
        return new ApproveResponse { Approval = outcome.Result, Position = outcome.Position.ToProto(), CommittedAt = outcome.CommittedAt.ToTimestamp(), Changed = outcome.HasChanged };
    }

    public async Task<DeclineResponse> DeclineAsync(DeclineRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var outcome = await desk.DecideAsync<int>(
            view =>
            {
                var update = UpdateFinder.Find(view, request.Update);
                if (request.Undo) return (0, update.IsDeclined ? [CatalogRecords.NoDecline(update.UpdateId)] : []);
                var changes = new List<Change>();
                if (!update.IsDeclined) changes.Add(CatalogRecords.Decline(update.UpdateId, desk.Now, request.RequestedBy));
                // Taking a decline back returns to not approved: what was approved before does not come back by itself.
                changes.AddRange(update.Approvals.Select(approval => CatalogRecords.NoApproval(approval.UpdateId, approval.GroupId)));
                return (update.Approvals.Count, changes);
            },
            cancellationToken);
        return new DeclineResponse { Position = outcome.Position.ToProto(), ApprovalsRemoved = outcome.Result, Changed = outcome.HasChanged };
    }

    private static void Check(UpdateEntry update, CatalogEntry latest, TargetGroup group, ApprovalAction action, DateTimeOffset? deadline)
    {
        var name = $"'{latest.Title}' ({update.UpdateId:D})";
        if (latest.Type is UpdateType.Detectoid or UpdateType.Category)
            throw Refusal.Precondition($"{name} is a {latest.Type.ToString().ToLowerInvariant()}: there is nothing to approve.");
        if (!latest.IsExplicitlyDeployable) throw Refusal.Precondition($"{name} is part of a bundle and comes with it: approve the bundle.");
        if (update.IsDeclined) throw Refusal.Precondition($"{name} is declined. Take that back first: hierarchy decline {update.UpdateId:D} --undo.");
        if (latest.PublicationState == PublicationState.Expired && action != ApprovalAction.Uninstall)
            throw Refusal.Precondition($"{name} was withdrawn by its publisher: it can only be approved for uninstalling.");
        if (action == ApprovalAction.Uninstall && !latest.CanUninstall) throw Refusal.Precondition($"{name} cannot be uninstalled.");
        if (action == ApprovalAction.NotApproved && group.Id == TargetGroup.AllComputers.Id)
            throw Refusal.Precondition("Not approved stops what a group above says, and nothing is above All Computers: choose another group, or decline the update.");
        if (deadline is not null && action is not (ApprovalAction.Install or ApprovalAction.Uninstall)) throw Refusal.Invalid("A deadline goes with install or uninstall only.");
        if (deadline is not null && latest.CanRequestUserInput) throw Refusal.Precondition($"{name} may ask the user something while it installs, so it takes no deadline.");
    }
}
