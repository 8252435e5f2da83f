using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Computers and the states of updates on them.</summary>
internal sealed class ComputerAdministration(DecisionDesk desk, IReportStore reports, UpdateAdministration updates)
{
    public async Task<ListComputersResponse> ListAsync(CancellationToken cancellationToken)
    {
        var response = new ListComputersResponse();
        var view = desk.View;
        foreach (var computer in KnownComputers.Of(view, await reports.ListComputersAsync(cancellationToken)))
            response.Computers.Add(Describe(view, computer));
        return response;
    }

    public async Task<GetComputerResponse> GetAsync(GetComputerRequest request, CancellationToken cancellationToken)
    {
        var text = request.Computer.Trim();
        if (text.Length == 0) throw Refusal.Invalid("Name a computer: its name, its id, or the beginning of its id.");
        var view = desk.View;
        var found = KnownComputers.Of(view, await reports.ListComputersAsync(cancellationToken))
            .Where(computer => string.Equals(computer.Report.Name, text, StringComparison.OrdinalIgnoreCase) || computer.Report.ComputerId.StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length == 0) throw Refusal.NotFound($"No computer has the name or id '{text}'. `hierarchy computers list` lists those that are known.");
        if (found.Length > 1) throw Refusal.Invalid($"'{text}' means {found.Length} computers, e.g. {found[0].Report.ComputerId} and {found[1].Report.ComputerId}: give the whole id.");

        var response = new GetComputerResponse { Computer = Describe(view, found[0]) };
        foreach (var status in found[0].IsSeen ? await reports.ListStatusesOfComputerAsync(found[0].Report.ComputerId, cancellationToken) : [])
            response.Statuses.Add(new ComputerStatus { Report = ReportMessages.ToProto(status), Title = view.Updates.GetValueOrDefault(status.UpdateId)?.Latest?.Title ?? "" });
        return response;
    }

    public async Task<GetUpdateStatusResponse> StatusOfAsync(GetUpdateStatusRequest request, CancellationToken cancellationToken)
    {
        var view = desk.View;
        var update = UpdateFinder.Find(view, request.Update);
        var computers = (await reports.ListComputersAsync(cancellationToken)).ToDictionary(computer => computer.Report.ComputerId);
        var statuses = await reports.ListStatusesOfUpdateAsync(update.UpdateId, state: null, cancellationToken);
        var response = new GetUpdateStatusResponse { Update = await updates.DescribeAsync(view, update, cancellationToken) };
        foreach (var status in statuses)
        {
            response.Computers.Add(new UpdateOnComputer
            {
                ComputerId = status.ComputerId,
                Computer = computers.TryGetValue(status.ComputerId, out var computer) ? computer.Report.Name : "",
                State = (Protocol.Client.V1.UpdateState)status.State,
                ResultCode = status.ResultCode,
                Time = Timestamp.FromDateTimeOffset(status.Time),
            });
            response.States[(int)status.State] = response.States.GetValueOrDefault((int)status.State) + 1;
        }

        var silent = computers.Count - statuses.Select(status => status.ComputerId).Distinct().Count(computers.ContainsKey);
        if (silent > 0) response.States[(int)UpdateState.Unknown] = response.States.GetValueOrDefault((int)UpdateState.Unknown) + silent;
        return response;
    }

    private static Computer Describe(ServedView view, KnownComputers.Entry computer)
    {
        var described = new Computer { Report = ReportMessages.ToProto(computer.Report), NotSeen = !computer.IsSeen };
        if (!computer.IsSeen) described.Report.ReportedAt = null;
        if (computer.Assignment is { GroupIds.Count: > 0 } assignment)
        {
            described.Assigned = true;
            described.AssignedGroups.Add(view.Groups.MembershipOfGroups(assignment.GroupIds).Direct);
        }

        if (Guid.TryParse(computer.Report.ServerId, out var serverId) && view.Servers.TryGetValue(serverId, out var server)) described.Server = server.Name;
        foreach (var (state, count) in computer.States.Counted)
            described.States[(int)state] = count;
        return described;
    }
}
