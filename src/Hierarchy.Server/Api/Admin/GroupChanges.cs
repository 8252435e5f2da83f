using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Policies;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Renaming, moving and removing groups that are in use, with the effect said before it is there.</summary>
internal sealed class GroupChanges(DecisionDesk desk, GroupEffects effects)
{
    public async Task<RenameGroupResponse> RenameAsync(RenameGroupRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var name = request.NewName.Trim();
        GroupAdministration.CheckName(name);
        var (group, effect, outcome) = await ChangeAsync("groups rename", view => Rename(view, request.Name, name), request.WhatIf, cancellationToken);
        return new RenameGroupResponse { Group = CatalogRecords.Message(group), Effect = effect, Changed = outcome.HasChanged, Position = outcome.Position?.ToProto(), Effects = outcome.Effects };
    }

    public async Task<MoveGroupResponse> MoveAsync(MoveGroupRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var (group, effect, outcome) = await ChangeAsync("groups move", view => Move(view, request.Name, request.Parent.Trim()), request.WhatIf, cancellationToken);
        return new MoveGroupResponse
        {
            Group = CatalogRecords.Message(group),
            Parent = desk.View.Groups.Find(group.ParentId!.Value)?.Name ?? "", // Only All Computers has none, and that is not moved.
            Effect = effect,
            Changed = outcome.HasChanged,
            Position = outcome.Position?.ToProto(),
            Effects = outcome.Effects,
        };
    }

    /// <summary>Removes a group: what hangs on it first, itself in the last transaction, so that whoever tries again after a failure finds the rest.</summary>
    public async Task<DeleteGroupResponse> DeleteAsync(string name, bool isWhatIf, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var seen = desk.View;
        var (group, all) = Delete(seen, Require(seen, name));
        var effect = await effects.OfAsync(seen, all, cancellationToken);
        if (isWhatIf) return new DeleteGroupResponse { Group = CatalogRecords.Message(group), Effect = effect, Effects = await desk.ForeseeAsync(seen, all, cancellationToken) };
        (effect.ApprovalsRemoved, effect.AssignmentsChanged, effect.RulesRemoved) = (0, 0, 0);
        for (var transactions = 1; ; transactions++)
        {
            var outcome = await desk.DecideAsync<(IReadOnlyList<Change> Part, bool IsLast)>(
                new DecisionIntent("groups remove"),
                view =>
                {
                    var changes = Delete(view, Still(view, group)).Changes;
                    var part = changes.Count <= DecisionDesk.MostChanges ? changes : changes[..DecisionDesk.MostChanges];
                    return ((part, part.Count == changes.Count), part);
                },
                cancellationToken);
            effect.ApprovalsRemoved += Count(outcome.Result.Part, Protocol.Catalog.V1.RecordKind.Approval);
            effect.AssignmentsChanged += Count(outcome.Result.Part, Protocol.Catalog.V1.RecordKind.GroupAssignment);
            effect.RulesRemoved += Count(outcome.Result.Part, Protocol.Catalog.V1.RecordKind.GroupRule);
            if (outcome.Result.IsLast)
                return new DeleteGroupResponse { Group = CatalogRecords.Message(group), Effect = effect, Transactions = transactions, Position = outcome.Position?.ToProto() };
        }
    }

    private async Task<(TargetGroup Group, GroupEffect Effect, Done Done)> ChangeAsync(
        string verb, Func<ServedView, (TargetGroup Group, IReadOnlyList<Change> Changes)> decide, bool isWhatIf, CancellationToken cancellationToken)
    {
        var view = desk.View;
        var (group, changes) = decide(view);
        var effect = await effects.OfAsync(view, changes, cancellationToken);
        if (isWhatIf) return (group, effect, new Done(changes.Count > 0, Position: null) { Effects = await desk.ForeseeAsync(view, changes, cancellationToken) });
        var outcome = await desk.DecideAsync(new DecisionIntent(verb), decide, cancellationToken);
        return (outcome.Result, effect, new Done(outcome.HasChanged, outcome.Position));
    }

    private static (TargetGroup Group, IReadOnlyList<Change> Changes) Rename(ServedView view, string name, string newName)
    {
        var group = Require(view, name);
        // Under another letter case it may be the same group.
        if (view.Groups.Find(newName) is { } known && known.Id != group.Id) throw Refusal.Exists($"There is a group '{known.Name}' already.");
        var renamed = group with { Name = newName };
        return (renamed, renamed == group ? [] : [CatalogRecords.Group(renamed)]);
    }

    private static (TargetGroup Group, IReadOnlyList<Change> Changes) Move(ServedView view, string name, string parentName)
    {
        var group = Require(view, name);
        var parent = GroupAdministration.ParentOf(view.Groups, parentName);
        if (view.Groups.IsWithin(parent.Id, group.Id))
            throw Refusal.Precondition(parent.Id == group.Id ? $"'{group.Name}' cannot be in itself." : $"'{parent.Name}' is in '{group.Name}': the one cannot go into the other. Move '{parent.Name}' out first.");
        var moved = group with { ParentId = parent.Id };
        return (moved, moved == group ? [] : [CatalogRecords.Group(moved)]);
    }

    private static (TargetGroup Group, List<Change> Changes) Delete(ServedView view, TargetGroup group)
    {
        var nested = view.Groups.Groups.Where(other => other.ParentId == group.Id).MinBy(other => other.Name, StringComparer.OrdinalIgnoreCase);
        if (nested is not null) throw Refusal.Precondition($"'{nested.Name}' is in '{group.Name}': remove that one first, or move it: hierarchy groups move \"{nested.Name}\" --to GROUP.");
        List<Change> changes =
        [
            .. view.Updates.Values.SelectMany(update => update.Approvals).Where(approval => approval.GroupId == group.Id)
                .Select(approval => CatalogRecords.NoApproval(approval.UpdateId, approval.GroupId)),
            .. view.Assignments.Select(pair => pair.Value).Where(assignment => assignment.GroupIds.Contains(group.Id)).Select(assignment => CatalogRecords.Assignment(Without(assignment, group.Id))),
            .. view.Rules.All.Where(rule => rule.GroupId == group.Id).Select(rule => GroupRecords.NoRule(rule.Id)),
        ];
        if (view.Policies.ContainsKey(group.Id)) changes.Add(PolicyRecords.Policy(group.Id, ClientPolicy.None));
        changes.Add(CatalogRecords.NoGroup(group.Id));
        return (group, changes);
    }

    /// <summary>Whoever was in that group alone is in Unassigned Computers, and says so: without any group, what the computer names would count.</summary>
    private static GroupAssignment Without(GroupAssignment assignment, Guid groupId)
    {
        var rest = assignment.GroupIds.Where(id => id != groupId).ToArray();
        return assignment with { GroupIds = rest.Length == 0 ? [TargetGroup.UnassignedComputers.Id] : rest };
    }

    private static TargetGroup Require(ServedView view, string name) =>
        RequireOwn(view.Groups.Find(name.Trim()) ?? throw Refusal.NotFound($"There is no group '{name.Trim()}'. `hierarchy groups list` lists them."));

    private static TargetGroup RequireOwn(TargetGroup group) => group.IsBuiltIn ? throw Refusal.Precondition($"{group.Name} comes with the server and stays as it is.") : group;

    private static TargetGroup Still(ServedView view, TargetGroup group) => view.Groups.Find(group.Id) ?? throw Refusal.NotFound($"The group '{group.Name}' is gone: somebody else removed it.");

    private static int Count(IReadOnlyList<Change> changes, Protocol.Catalog.V1.RecordKind kind) => changes.Count(change => change.Kind == (int)kind);

    private sealed record Done(bool HasChanged, Position? Position)
    {
        public DecisionEffects? Effects { get; init; }
    }
}
