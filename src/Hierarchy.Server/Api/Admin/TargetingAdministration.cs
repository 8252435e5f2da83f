using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;
using Targeting = Hierarchy.Protocol.Catalog.V1.Targeting;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Who says which groups a computer is in, and what computers say in vain.</summary>
internal sealed class TargetingAdministration(DecisionDesk desk, IReportStore reports, GroupEffects effects)
{
    private const int MostExamples = 10;

    public GetTargetingResponse Get() => new() { Targeting = Shown(desk.View) };

    public async Task<SetTargetingResponse> SetAsync(SetTargetingRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        if (request.Targeting is not (Targeting.Server or Targeting.Client or Targeting.Either)) throw Refusal.Invalid("Say who puts computers into groups: server, client or either.");
        var targeting = GroupRecords.FromMessage(request.Targeting);
        var view = desk.View;
        var (_, changes) = Decide(view, targeting);
        var response = new SetTargetingResponse { Targeting = request.Targeting, Effect = await effects.OfAsync(view, changes, cancellationToken), Changed = changes.Count > 0 };
        if (request.WhatIf)
        {
            response.Effects = await desk.ForeseeAsync(view, changes, cancellationToken);
            return response;
        }

        var outcome = await desk.DecideAsync<bool>(new DecisionIntent("groups targeting set"), newest => Decide(newest, targeting), cancellationToken);
        (response.Changed, response.Position) = (outcome.HasChanged, outcome.Position?.ToProto());
        return response;
    }

    public async Task<ListUnknownGroupsResponse> ListUnknownAsync(CancellationToken cancellationToken)
    {
        var view = desk.View;
        var response = new ListUnknownGroupsResponse { Targeting = Shown(view) };
        var unknown = new SortedDictionary<string, UnknownGroup>(StringComparer.OrdinalIgnoreCase);
        foreach (var computer in (await reports.ListComputersAsync(cancellationToken)).Select(computer => computer.Report).OrderBy(report => report.Name, StringComparer.OrdinalIgnoreCase))
        {
            var names = GroupNames.Split(computer.Groups).Where(name => view.Groups.Find(name) is null).ToArray();
            if (names.Length == 0) continue;
            var isUnassigned = view.MembershipOf(ComputerFacts.Of(computer)).TryGetDepth(TargetGroup.UnassignedComputers.Id, out _);
            foreach (var name in names)
            {
                if (!unknown.TryGetValue(name, out var group)) unknown[name] = group = new UnknownGroup { Name = name };
                group.Computers++;
                if (isUnassigned) group.Unassigned++;
                if (group.Examples.Count < MostExamples) group.Examples.Add(computer.Name);
            }
        }

        response.Groups.Add(unknown.Values);
        return response;
    }

    private static (bool Result, IReadOnlyList<Change> Changes) Decide(ServedView view, Domain.Groups.Targeting targeting) =>
        view.TreeSettings.Targeting == targeting ? (false, []) : (true, [SiteRecords.Settings(view.TreeSettings with { Targeting = targeting })]);

    /// <summary>As it is shown: never unspecified.</summary>
    public static Targeting Shown(ServedView view) => view.TreeSettings.Targeting == Domain.Groups.Targeting.Either ? Targeting.Either : GroupRecords.Message(view.TreeSettings.Targeting);
}
