using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Roles;
using Approval = Hierarchy.Domain.Approvals.Approval;

namespace Hierarchy.Server.Api.Admin;

/// <summary>How decisions go on by themselves: whether approvals move to new revisions, and what becomes of what expires.</summary>
internal sealed class DecisionSettingsAdministration(DecisionDesk desk, ServedLogs logs)
{
    private const int MovesAtOnce = DecisionDesk.MostChanges - 1; // The settings stand beside the last of them.

    public GetDecisionSettingsResponse Get() => new() { Settings = SettingsRecords.Message(desk.View.DecisionSettings) };

    /// <summary>Approvals that are to stay with a revision are first moved to the one that they count for at this moment, so that no computer gets another one by the switch alone.</summary>
    public async Task<SetDecisionSettingsResponse> SetAsync(SetDecisionSettingsRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        if (!request.HasKeepApprovedRevisions && !request.HasKeepExpired) throw Refusal.Invalid("Say what is to be: --revisions automatic or keep, --expired decline or keep.");
        if (request.WhatIf) return await ForeseeAsync(request, cancellationToken);
        for (var moved = 0; ;)
        {
            var records = await ReadAsync(desk.View, request, cancellationToken);
            var outcome = await desk.DecideAsync<(int Moved, bool IsLast)>(
                new DecisionIntent("decisions set", request.RequestedBy),
                view =>
                {
                    var after = After(view.DecisionSettings, request);
                    var moves = Begins(view.DecisionSettings, after) ? Moves(view).ToArray() : [];
                    var known = moves.Where(move => records.ContainsKey((move.Approval.UpdateId, move.Approval.GroupId))).Take(MovesAtOnce).ToArray();
                    var changes = known.Select(move => Moved(records[(move.Approval.UpdateId, move.Approval.GroupId)], move.Approval, move.RevisionNumber)).ToList();
                    var isLast = known.Length == moves.Length;
                    if (isLast && after != view.DecisionSettings) changes.Add(SettingsRecords.Settings(after));
                    return ((known.Length, isLast), changes);
                },
                cancellationToken);
            moved += outcome.Result.Moved;
            if (outcome.Result is { Moved: 0, IsLast: false }) throw new UnavailableException("Approvals changed at this moment, so that none could be moved; nothing was set. Do it again.");
            if (outcome.Result.IsLast)
                return new SetDecisionSettingsResponse { Settings = SettingsRecords.Message(desk.View.DecisionSettings), Changed = outcome.HasChanged, ApprovalsMoved = moved, Position = outcome.Position?.ToProto() };
        }
    }

    private async Task<SetDecisionSettingsResponse> ForeseeAsync(SetDecisionSettingsRequest request, CancellationToken cancellationToken)
    {
        var outcome = await desk.DecideAsync<(DecisionSettings After, int Moved)>(
            new DecisionIntent("decisions set", request.RequestedBy) { IsWhatIf = true },
            view =>
            {
                var after = After(view.DecisionSettings, request);
                var changes = new List<Change>();
                // Who approved does not matter to what follows.
                if (Begins(view.DecisionSettings, after))
                    changes.AddRange(Moves(view).Select(move => CatalogRecords.Approval(move.Approval with { RevisionNumber = move.RevisionNumber }, DateTimeOffset.UnixEpoch, approvedBy: "")));
                var moved = changes.Count;
                if (after != view.DecisionSettings) changes.Add(SettingsRecords.Settings(after));
                return ((after, moved), changes);
            },
            cancellationToken);
        return new SetDecisionSettingsResponse { Settings = SettingsRecords.Message(outcome.Result.After), Changed = outcome.HasChanged, ApprovalsMoved = outcome.Result.Moved, Effects = outcome.Effects };
    }

    private static DecisionSettings After(DecisionSettings before, SetDecisionSettingsRequest request) => new()
    {
        KeepsApprovedRevisions = request.HasKeepApprovedRevisions ? request.KeepApprovedRevisions : before.KeepsApprovedRevisions,
        KeepsExpired = request.HasKeepExpired ? request.KeepExpired : before.KeepsExpired,
    };

    private static bool Begins(DecisionSettings before, DecisionSettings after) => after.KeepsApprovedRevisions && !before.KeepsApprovedRevisions;

    /// <summary>Approvals whose revision is not the one that they count for.</summary>
    private static IEnumerable<(Approval Approval, int RevisionNumber)> Moves(ServedView view) =>
        from update in view.Updates.Values
        from approval in update.Approvals
        where approval.Action != Domain.Approvals.ApprovalAction.NotApproved
        let counting = update.RevisionFor(approval)
        where counting is not null && counting.Id.RevisionNumber != approval.RevisionNumber
        select (approval, counting.Id.RevisionNumber);

    /// <summary>The records of approvals that are to be moved next: who approved, and when, stays.</summary>
    private async Task<Dictionary<(Guid UpdateId, Guid GroupId), ApprovalRecord>> ReadAsync(ServedView view, SetDecisionSettingsRequest request, CancellationToken cancellationToken)
    {
        var records = new Dictionary<(Guid, Guid), ApprovalRecord>();
        if (!Begins(view.DecisionSettings, After(view.DecisionSettings, request))) return records;
        foreach (var (approval, _) in Moves(view).Take(MovesAtOnce))
            if (await logs.Of((int)RecordKind.Approval).FindAsync((int)RecordKind.Approval, CatalogRecords.ApprovalKey(approval.UpdateId, approval.GroupId), cancellationToken) is { Payload: { } payload })
                records[(approval.UpdateId, approval.GroupId)] = ApprovalRecord.Parser.ParseFrom(payload.Span);
        return records;
    }

    /// <summary>What is decided is as the view has it; the record says by whom.</summary>
    private static Change Moved(ApprovalRecord record, Approval approval, int revisionNumber)
    {
        var message = CatalogRecords.Message(approval with { RevisionNumber = revisionNumber }, record.ApprovedAt?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch, record.ApprovedBy);
        return new Change((int)RecordKind.Approval, CatalogRecords.ApprovalKey(approval.UpdateId, approval.GroupId), message.ToByteArray());
    }
}
