using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Putting computers into groups, whatever they name themselves.</summary>
internal sealed class AssignmentAdministration(DecisionDesk desk)
{
    private const int MaxComputers = 900;
    private const int MaxGroups = 64;
    private const int MaxName = 256;
    private const int MostNamed = 20;

    public async Task<AssignComputersResponse> AssignAsync(AssignComputersRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        desk.RequireDecider();
        if (request.WhatIf)
        {
            var view = desk.View;
            var would = Decide(view, request);
            var response = new AssignComputersResponse { Changed = would.Changes.Count, Unchanged = request.Computers.Count - would.Changes.Count, Position = view.Head.Position.ToProto() };
            response.UnknownGroups.Add(would.Unknown);
            response.Effects = await desk.ForeseeAsync(view, would.Changes, cancellationToken);
            return response;
        }

        var outcome = await desk.DecideAsync<int>(
            new DecisionIntent("computers assign"),
            view =>
            {
                var decided = Decide(view, request);
                return decided.Unknown.Count == 0 ? (decided.Changes.Count, decided.Changes) : throw Refusal.NotFound(Missing(decided.Unknown));
            },
            cancellationToken);
        return new AssignComputersResponse { Changed = outcome.Result, Unchanged = request.Computers.Count - outcome.Result, Position = outcome.Position?.ToProto() };
    }

    private static void Check(AssignComputersRequest request)
    {
        if (request.Computers.Count is 0 or > MaxComputers) throw Refusal.Invalid($"A call names 1 to {MaxComputers} computers; call several times.");
        foreach (var computer in request.Computers)
        {
            if (computer.ComputerId.Length is 0 or > GroupAssignment.MaxComputerIdLength || computer.ComputerId.Any(char.IsControl))
                throw Refusal.Invalid($"'{computer.ComputerId}' is no id of a computer: it has 1 to {GroupAssignment.MaxComputerIdLength} characters.");
            if (computer.Name.Length > MaxName) throw Refusal.Invalid($"The name of computer {computer.ComputerId} has more than {MaxName} characters.");
            if (computer.Groups.Count > MaxGroups) throw Refusal.Invalid($"Computer {computer.ComputerId} is in more than {MaxGroups} groups.");
        }

        var twice = request.Computers.GroupBy(computer => GroupAssignment.KeyOf(computer.ComputerId), StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null) throw Refusal.Invalid($"Computer {twice.Key} is named twice.");
    }

    private static (List<Change> Changes, List<string> Unknown) Decide(ServedView view, AssignComputersRequest request)
    {
        var changes = new List<Change>();
        var unknown = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var computer in request.Computers)
        {
            var before = view.Assignments.GetValueOrDefault(GroupAssignment.KeyOf(computer.ComputerId));
            if (computer.Remove)
            {
                if (before is not null) changes.Add(CatalogRecords.NoAssignment(computer.ComputerId));
                continue;
            }

            if (computer.Groups.Count > 0 && view.TreeSettings.Targeting == Targeting.Client)
                throw Refusal.Precondition("Computers name their groups themselves in this tree, so putting them into some would mean nothing. `hierarchy groups targeting set server` at the root changes that.");
            var groups = new List<Guid>();
            foreach (var name in computer.Groups)
            {
                if (view.Groups.Find(name.Trim()) is not { } group) unknown.Add(name.Trim());
                // Everybody is in All Computers.
                else if (group.Id != TargetGroup.AllComputers.Id) groups.Add(group.Id);
            }

            var after = new GroupAssignment(GroupAssignment.KeyOf(computer.ComputerId), computer.Name, [.. groups.Distinct().Order()]);
            if (!after.Equals(before)) changes.Add(CatalogRecords.Assignment(after));
        }

        return (changes, [.. unknown]);
    }

    private static string Missing(List<string> unknown) =>
        $"{(unknown.Count == 1 ? "This group is" : "These groups are")} not there: {string.Join(", ", unknown.Take(MostNamed).Select(name => $"'{name}'"))}{(unknown.Count > MostNamed ? ", …" : "")}. `hierarchy groups add` makes one.";
}
