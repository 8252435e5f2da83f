using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Computers and the states of updates on them.</summary>
internal sealed class ComputerAdministration(DecisionDesk desk, IReportStore reports, UpdateAdministration updates)
{
    public async Task<ListComputersResponse> ListAsync(CancellationToken cancellationToken)
    {
        var response = new ListComputersResponse();
        foreach (var computer in await reports.ListComputersAsync(cancellationToken))
            response.Computers.Add(Describe(computer, await reports.ListStatusesOfComputerAsync(computer.ComputerId, cancellationToken)));
        return response;
    }

    public async Task<GetComputerResponse> GetAsync(GetComputerRequest request, CancellationToken cancellationToken)
    {
        var text = request.Computer.Trim();
        if (text.Length == 0) throw Refusal.Invalid("Name a computer: its name, its id, or the beginning of its id.");
        var found = (await reports.ListComputersAsync(cancellationToken))
            .Where(computer => string.Equals(computer.Name, text, StringComparison.OrdinalIgnoreCase) || computer.ComputerId.StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length == 0) throw Refusal.NotFound($"No computer has the name or id '{text}'. `hierarchy computers list` lists those that reported.");
        if (found.Length > 1) throw Refusal.Invalid($"'{text}' means {found.Length} computers, e.g. {found[0].ComputerId} and {found[1].ComputerId}: give the whole id.");

        var statuses = await reports.ListStatusesOfComputerAsync(found[0].ComputerId, cancellationToken);
        var response = new GetComputerResponse { Computer = Describe(found[0], statuses) };
        foreach (var status in statuses)
            response.Statuses.Add(new ComputerStatus { Report = ReportMessages.ToProto(status), Title = desk.View.Updates.GetValueOrDefault(status.UpdateId)?.Latest?.Title ?? "" });
        return response;
    }

    public async Task<GetUpdateStatusResponse> StatusOfAsync(GetUpdateStatusRequest request, CancellationToken cancellationToken)
    {
        var view = desk.View;
        var update = UpdateFinder.Find(view, request.Update);
        var computers = (await reports.ListComputersAsync(cancellationToken)).ToDictionary(computer => computer.ComputerId);
        var statuses = await reports.ListStatusesOfUpdateAsync(update.UpdateId, cancellationToken);
        var response = new GetUpdateStatusResponse { Update = await updates.DescribeAsync(view, update, cancellationToken) };
        foreach (var status in statuses)
        {
            response.Computers.Add(new UpdateOnComputer
            {
                ComputerId = status.ComputerId,
                Computer = computers.TryGetValue(status.ComputerId, out var computer) ? computer.Name : "",
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

    private Computer Describe(ComputerReport computer, IReadOnlyList<StatusReport> statuses)
    {
        var described = new Computer { Report = ReportMessages.ToProto(computer) };
        if (Guid.TryParse(computer.ServerId, out var serverId) && desk.View.Servers.TryGetValue(serverId, out var server)) described.Server = server.Name;
        foreach (var state in statuses.GroupBy(status => status.State))
            described.States[(int)state.Key] = state.Count();
        return described;
    }
}
