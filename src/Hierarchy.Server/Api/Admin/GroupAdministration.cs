using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Target groups.</summary>
internal sealed class GroupAdministration(DecisionDesk desk, IReportStore reports)
{
    public async Task<ListGroupsResponse> ListAsync(CancellationToken cancellationToken)
    {
        var view = desk.View;
        var groups = view.Groups;
        var computers = KnownComputers.Of(view, await reports.ListComputersAsync(cancellationToken));
        var counts = computers.SelectMany(computer => view.MembershipOf(computer.Report.ComputerId, computer.Report.Groups).Direct)
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
        if (name.Length is 0 or > TargetGroup.MaxNameLength) throw Refusal.Invalid($"A group's name has 1 to {TargetGroup.MaxNameLength} characters.");
        if (name.Contains(';', StringComparison.Ordinal)) throw Refusal.Invalid("A group's name has no ';': it stands between names where a computer lists its groups.");
        var outcome = await desk.DecideAsync<TargetGroup>(
            view =>
            {
                if (view.Groups.Find(name) is { } known) throw Refusal.Exists($"There is a group '{known.Name}' already.");
                var parent = ParentOf(view.Groups, request.Parent.Trim());
                var group = new TargetGroup(Guid.NewGuid(), name, parent.Id);
                return (group, [CatalogRecords.Group(group)]);
            },
            cancellationToken);
        return new AddGroupResponse { Group = Describe(desk.View.Groups, outcome.Result, computers: 0), Position = outcome.Position.ToProto() };
    }

    public async Task<RemoveGroupResponse> RemoveAsync(RemoveGroupRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var outcome = await desk.DecideAsync<int>(
            view =>
            {
                var group = view.Groups.Find(request.Name.Trim()) ?? throw Refusal.NotFound($"There is no group '{request.Name}'. `hierarchy groups list` lists them.");
                if (group.IsBuiltIn) throw Refusal.Precondition($"{group.Name} comes with the server and stays.");
                var nested = view.Groups.Groups.FirstOrDefault(other => other.ParentId == group.Id);
                if (nested is not null) throw Refusal.Precondition($"'{nested.Name}' is in '{group.Name}': remove that one first.");
                var approvals = ApprovalsOf(view, group.Id);
                return (approvals.Count, [CatalogRecords.NoGroup(group.Id), .. approvals]);
            },
            cancellationToken);
        return new RemoveGroupResponse { Position = outcome.Position.ToProto(), ApprovalsRemoved = outcome.Result };
    }

    private static TargetGroup ParentOf(GroupTree groups, string name)
    {
        if (name.Length == 0) return TargetGroup.AllComputers;
        var parent = groups.Find(name) ?? throw Refusal.NotFound($"There is no group '{name}' to put it in. `hierarchy groups list` lists them.");
        return parent.Id == TargetGroup.UnassignedComputers.Id
            ? throw Refusal.Precondition("Unassigned Computers holds who is in no other group; no group goes into it.")
            : parent;
    }

    private static List<Change> ApprovalsOf(ServedView view, Guid groupId) =>
        view.Updates.Values.SelectMany(update => update.Approvals).Where(approval => approval.GroupId == groupId)
            .Select(approval => CatalogRecords.NoApproval(approval.UpdateId, approval.GroupId)).ToList();

    private static Group Describe(GroupTree groups, TargetGroup group, int computers) => new()
    {
        Record = CatalogRecords.Message(group),
        Parent = group.ParentId is { } parent ? groups.Find(parent)?.Name ?? "" : "",
        BuiltIn = group.IsBuiltIn,
        Computers = computers,
    };
}
