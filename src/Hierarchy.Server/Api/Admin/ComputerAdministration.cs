using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Computers and the states of updates on them.</summary>
internal sealed class ComputerAdministration(DecisionDesk desk, IReportStore reports, UpdateAdministration updates)
{
    private const int MaxListed = 10_000;

    // Each is some hundred bytes; of many computers the reason alone says as much.
    private const int MaxExplained = 100;

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
        var view = desk.View;
        var found = await FindAsync(view, request.Computer, cancellationToken);
        var response = new GetComputerResponse { Computer = Describe(view, found) };
        foreach (var status in found.IsSeen ? await reports.ListStatusesOfComputerAsync(found.Report.ComputerId, cancellationToken) : [])
            response.Statuses.Add(new ComputerStatus { Report = ReportMessages.ToProto(status), Title = view.Updates.GetValueOrDefault(status.UpdateId)?.Latest?.Title ?? "", Held = { Held(view, status, found.Report.Office) } });
        DescribeOffice(view, response, found);
        return response;
    }

    /// <summary>The computer of that name, id, or beginning of an id; refused when there is none, or several.</summary>
    public async Task<KnownComputers.Entry> FindAsync(ServedView view, string computerText, CancellationToken cancellationToken)
    {
        var text = computerText.Trim();
        if (text.Length == 0) throw Refusal.Invalid("Name a computer: its name, its id, or the beginning of its id.");
        var found = KnownComputers.Of(view, await reports.ListComputersAsync(cancellationToken))
            .Where(computer => string.Equals(computer.Report.Name, text, StringComparison.OrdinalIgnoreCase) || computer.Report.ComputerId.StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length == 0) throw Refusal.NotFound($"No computer has the name or id '{text}'. `hierarchy computers list` lists those that are known.");
        if (found.Length > 1) throw Refusal.Invalid($"'{text}' means {found.Length} computers, e.g. {found[0].Report.ComputerId} and {found[1].Report.ComputerId}: give the whole id.");
        return found[0];
    }

    /// <summary>What a computer said of one update, and what it is, as the domain has them.</summary>
    public async Task<(ComputerReport Report, IReadOnlyList<StatusReport> Statuses, bool IsSeen)> SaidAsync(string computerId, Guid updateId, CancellationToken cancellationToken)
    {
        if (await reports.FindComputerAsync(computerId, cancellationToken) is not { } found) return (new ComputerReport { ComputerId = computerId, Incarnation = 0, Counter = 0, Name = "" }, [], false);
        return (found.Report, [.. (await reports.ListStatusesOfComputerAsync(computerId, cancellationToken)).Where(status => status.UpdateId == updateId)], true);
    }

    public async Task<GetUpdateStatusResponse> StatusOfAsync(GetUpdateStatusRequest request, CancellationToken cancellationToken)
    {
        if (request.Limit is < 0 or > MaxListed) throw Refusal.Invalid($"At most {MaxListed} computers are listed in one answer.");
        var view = desk.View;
        var update = UpdateFinder.Find(view, request.Update);
        var response = new GetUpdateStatusResponse { Update = await updates.DescribeAsync(view, update, cancellationToken) };
        response.Groups.Add(GroupCounts.Of(view.Groups, await reports.CountAsync([update.UpdateId], cancellationToken), await reports.CountComputersAsync(cancellationToken)));
        if (response.Groups.Count > 0) response.States.Add(response.Groups[0].States); // All Computers comes first.
        if (!request.CountsOnly) await ListAsync(response, update.UpdateId, request, cancellationToken);
        return response;
    }

    private async Task ListAsync(GetUpdateStatusResponse response, Guid updateId, GetUpdateStatusRequest request, CancellationToken cancellationToken)
    {
        UpdateState? state = request.State == Protocol.Client.V1.UpdateState.Unspecified ? null : (UpdateState)request.State;
        var statuses = await reports.ListStatusesOfUpdateAsync(updateId, state, cancellationToken);
        response.Matching = statuses.Count;
        if (statuses.Count == 0) return;
        var known = (await reports.ListComputersAsync(cancellationToken)).ToDictionary(computer => computer.Report.ComputerId, computer => computer.Report);
        foreach (var reason in statuses.Where(status => status.Hold != HoldReason.None).GroupBy(status => status.Hold)) response.Held[(int)reason.Key] = reason.Count();
        var view = desk.View;
        foreach (var status in statuses.Take(request.Limit == 0 ? MaxListed : request.Limit))
        {
            response.Computers.Add(new UpdateOnComputer
            {
                ComputerId = status.ComputerId,
                Computer = known.GetValueOrDefault(status.ComputerId)?.Name ?? "",
                State = (Protocol.Client.V1.UpdateState)status.State,
                ResultCode = status.ResultCode,
                Time = Timestamp.FromDateTimeOffset(status.Time),
                User = status.User,
                Hold = (Protocol.Client.V1.HoldReason)status.Hold,
                Held = { response.Computers.Count < MaxExplained ? Held(view, status, known.GetValueOrDefault(status.ComputerId)?.Office) : [] },
            });
        }
    }

    private static IReadOnlyList<string> Held(ServedView view, StatusReport status, OfficeReport? office)
    {
        if (status.Hold == HoldReason.None) return [];
        var products = OfficeProduct.Of(view.Updates.GetValueOrDefault(status.UpdateId)?.Latest?.Categories ?? []);
        return OfficeWords.Of(status.Hold, office?.Installations.Where(copy => products.Any(product => product.IsOf(copy))).ToArray() ?? []);
    }

    private static void DescribeOffice(ServedView view, GetComputerResponse response, KnownComputers.Entry computer)
    {
        if (computer.Report.Office is not { IsKnown: true } office)
        {
            response.OfficeNotes.Add(computer.Report.Office is null ? OfficeWords.NoAgent : OfficeWords.NotKnown);
            return;
        }

        response.Office.Add(office.Installations.Select(OfficeWords.Describe));
        response.OfficeNotes.Add(OfficeWords.Warnings(office.Installations));
        if (view.PolicyOf(view.MembershipOf(computer.Facts)).Policy.BlockOfficeOnline != true) return;
        response.OfficeNotes.Add($"Users are kept from updating Office from the Internet: {string.Join(", ", OfficeOnlineKeys.All.Select(key => key.Policy))}.");
        response.OfficeNotes.Add(office.Installations.Select(OfficeOnlineKeys.WhyNotEnforceable).OfType<string>().Distinct().Select(why => $"Blocking Office Online: {why}."));
    }

    private static Computer Describe(ServedView view, KnownComputers.Entry computer)
    {
        var described = new Computer { Report = ReportMessages.ToProto(computer.Report), NotSeen = !computer.IsSeen };
        described.MemberOf.Add(view.MembershipOf(computer.Facts).Direct);
        described.Places.Add(view.PlacementOf(computer.Facts).Select(place => GroupPlaces.ToProto(view, place)));
        described.Site = view.SiteOf(computer.Facts)?.Name ?? "";
        if (!computer.IsSeen) described.Report.ReportedAt = null;
        if (view.TreeSettings.Targeting != Domain.Groups.Targeting.Client && computer.Assignment is { GroupIds.Count: > 0 } assignment)
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
