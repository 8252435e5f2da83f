using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Rules;
using Approval = Hierarchy.Domain.Approvals.Approval;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;
using ApprovalReach = Hierarchy.Domain.Approvals.ApprovalReach;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Approving and declining. What may not be decided is refused by the rules of the domain: all reasons in one error, and nothing changes.</summary>
internal sealed class ApprovalAdministration(DecisionDesk desk)
{
    public async Task<ApproveResponse> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var action = request.Action == Protocol.Catalog.V1.ApprovalAction.Unspecified ? ApprovalAction.Install : (ApprovalAction)request.Action;
        if (!System.Enum.IsDefined(action)) throw Refusal.Invalid($"Action {(int)request.Action} is not known: say install, uninstall, not-approved or optional-install.");
        var reach = (ApprovalReach)request.Reach;
        if (!System.Enum.IsDefined(reach)) throw Refusal.Invalid($"Reach {(int)request.Reach} is not known: groups below keep their decisions, or it applies to them, or the group is the same as its parent.");
        var deadline = request.Deadline?.ToDateTimeOffset();

        var outcome = await desk.DecideAsync<ApproveResponse>(
            new DecisionIntent("approve", request.RequestedBy) { IsWhatIf = request.WhatIf },
            view =>
            {
                var update = UpdateFinder.Find(view, request.Update);
                var group = view.Groups.Find(request.Group.Trim())
                    ?? throw Refusal.NotFound($"There is no group '{request.Group}'. `hierarchy groups list` lists them, `hierarchy groups add` makes one.");
                var plan = new ApprovalPlan
                {
                    Update = update,
                    Group = group,
                    Action = action,
                    Deadline = deadline,
                    IsDeadlineFloating = request.DeadlineIsFloating,
                    AcceptsEula = request.AcceptEula,
                    Reach = reach,
                };
                Refuse(ApprovalRules.Check(view, plan));
                return Decide(view, plan, request.RequestedBy);
            },
            cancellationToken);
        outcome.Result.Position = outcome.Position?.ToProto();
        outcome.Result.CommittedAt = outcome.CommittedAt?.ToTimestamp();
        outcome.Result.Changed = outcome.HasChanged;
        outcome.Result.Effects = outcome.Effects;
        return outcome.Result;
    }

    public async Task<DeclineResponse> DeclineAsync(DeclineRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var outcome = await desk.DecideAsync<int>(
            new DecisionIntent("decline", request.RequestedBy) { IsWhatIf = request.WhatIf },
            view =>
            {
                var update = UpdateFinder.Find(view, request.Update);
                if (request.Undo) return (0, update.IsDeclined ? [CatalogRecords.NoDecline(update.UpdateId)] : []);
                return (update.Approvals.Count, [.. Declines.Of(update, desk.Now, request.RequestedBy)]);
            },
            cancellationToken);
        return new DeclineResponse { Position = outcome.Position?.ToProto(), ApprovalsRemoved = outcome.Result, Changed = outcome.HasChanged, Effects = outcome.Effects };
    }

    private (ApproveResponse Response, IReadOnlyList<Change> Changes) Decide(ServedView view, ApprovalPlan plan, string requestedBy)
    {
        var response = new ApproveResponse();
        var changes = new List<Change>();
        if (plan.Approval is { } approval)
        {
            response.Approval = CatalogRecords.Message(approval, desk.Now, requestedBy);
            if (plan.AcceptsEula && approval.Action is (ApprovalAction.Install or ApprovalAction.OptionalInstall))
                foreach (var eula in Eulas.NotAccepted(view, plan.Update.Latest!)) // Found updates have a revision.
                {
                    response.AcceptedEulas.Add(Positions.Id(eula));
                    changes.Add(CatalogRecords.Eula(eula, desk.Now, requestedBy));
                }

            if (!plan.Update.Approvals.Contains(approval)) changes.Add(CatalogRecords.Approval(approval, desk.Now, requestedBy));
        }
        else if (Inherited(view, plan) is { } inherited)
        {
            response.Inherited = new Protocol.Admin.V1.Approval { Group = view.Groups.Find(inherited.GroupId)?.Name ?? "", Record = CatalogRecords.Message(inherited, desk.Now, "") };
            response.Inherited.Record.ApprovedAt = null;
        }

        foreach (var removed in plan.Removed(view.Groups))
        {
            response.ApprovalsRemoved++;
            changes.Add(CatalogRecords.NoApproval(removed.UpdateId, removed.GroupId));
        }

        return (response, changes);
    }

    private static Approval? Inherited(ServedView view, ApprovalPlan plan)
    {
        var ancestors = view.Groups.WithAncestors(plan.Group.Id);
        return plan.After(view.Groups).Where(approval => ancestors.Contains(approval.GroupId)).MaxBy(approval => view.Groups.DepthOf(approval.GroupId));
    }

    private static void Refuse(IReadOnlyList<ApprovalObjection> objections)
    {
        if (objections.Count == 0) return;
        var message = string.Join(" ", objections.Select(objection => objection.Message));
        throw objections.All(objection => objection.Kind == ApprovalObjectionKind.DeadlineWithoutInstallation) ? Refusal.Invalid(message) : Refusal.Precondition(message);
    }
}
