using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Target groups.</summary>
internal sealed class GroupAdministration(DecisionDesk desk, IReportStore reports, GroupChanges changes)
{
    public async Task<ListGroupsResponse> ListAsync(CancellationToken cancellationToken)
    {
        var view = desk.View;
        var groups = view.Groups;
        var computers = KnownComputers.Of(view, await reports.ListComputersAsync(cancellationToken));
        var counts = computers.SelectMany(computer => view.MembershipOf(computer.Facts).Direct)
            .GroupBy(name => name, StringComparer.OrdinalIgnoreCase).ToDictionary(same => same.Key, same => same.Count(), StringComparer.OrdinalIgnoreCase);
        counts[TargetGroup.AllComputers.Name] = computers.Count;
        var response = new ListGroupsResponse();
        foreach (var group in groups.Groups.OrderBy(group => group.Id != TargetGroup.AllComputers.Id).ThenBy(group => group.Name, StringComparer.OrdinalIgnoreCase))
            response.Groups.Add(Describe(groups, group, counts.GetValueOrDefault(group.Name)));
        return response;
    }

    public async Task<AddGroupResponse> AddAsync(AddGroupRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var name = request.Name.Trim();
        CheckName(name);
        var outcome = await desk.DecideAsync<TargetGroup>(
            new DecisionIntent("groups add") { IsWhatIf = request.WhatIf },
            view =>
            {
                if (view.Groups.Find(name) is { } known) throw Refusal.Exists($"There is a group '{known.Name}' already.");
                var parent = ParentOf(view.Groups, request.Parent.Trim());
                var group = new TargetGroup(Guid.NewGuid(), name, parent.Id);
                return (group, [CatalogRecords.Group(group)]);
            },
            cancellationToken);
        return new AddGroupResponse { Group = Describe(desk.View.Groups, outcome.Result, computers: 0), Position = outcome.Position?.ToProto(), Effects = outcome.Effects };
    }

    public async Task<RemoveGroupResponse> RemoveAsync(RemoveGroupRequest request, CancellationToken cancellationToken)
    {
        var deleted = await changes.DeleteAsync(request.Name, isWhatIf: false, cancellationToken);
        return new RemoveGroupResponse { Position = deleted.Position, ApprovalsRemoved = deleted.Effect.ApprovalsRemoved };
    }

    /// <summary>Refuses what no group can be called.</summary>
    public static void CheckName(string name)
    {
        if (name.Length is 0 or > TargetGroup.MaxNameLength) throw Refusal.Invalid($"A group's name has 1 to {TargetGroup.MaxNameLength} characters.");
        if (name.Contains(GroupNames.Divider, StringComparison.Ordinal)) throw Refusal.Invalid("A group's name has no ';': it stands between names where a computer lists its groups.");
    }

    /// <summary>The group that another one is to be in; All Computers for none.</summary>
    public static TargetGroup ParentOf(GroupTree groups, string name)
    {
        if (name.Length == 0) return TargetGroup.AllComputers;
        var parent = groups.Find(name) ?? throw Refusal.NotFound($"There is no group '{name}' to put it in. `hierarchy groups list` lists them.");
        return parent.Id == TargetGroup.UnassignedComputers.Id
            ? throw Refusal.Precondition("Unassigned Computers holds who is in no other group; no group goes into it.")
            : parent;
    }

    private static Group Describe(GroupTree groups, TargetGroup group, int computers) => new()
    {
        Record = CatalogRecords.Message(group),
        Parent = group.ParentId is { } parent ? groups.Find(parent)?.Name ?? "" : "",
        BuiltIn = group.IsBuiltIn,
        Computers = computers,
    };
}
