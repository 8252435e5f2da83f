using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Upstream;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The administrators' door. Opens on loopback only until accounts exist.</summary>
internal sealed class AdminEndpoint(
    SyncAdministration syncs,
    DoctorAdministration doctor,
    SelectionAdministration selection,
    ScheduleAdministration schedule,
    UpdateAdministration updates,
    ApprovalAdministration approvals,
    GroupAdministration groups,
    SiteAdministration sites,
    ComputerAdministration computers,
    AssignmentAdministration assignments,
    ContentAdministration content,
    ServerAdministration servers) : AdminService.AdminServiceBase
{
    public override Task RunSync(RunSyncRequest request, IServerStreamWriter<SyncProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        return syncs.RunAsync(request, responseStream, context.CancellationToken);
    }

    public override Task<GetSyncStatusResponse> GetSyncStatus(GetSyncStatusRequest request, ServerCallContext context)
    {
        Guard(context);
        return syncs.StatusAsync(context.CancellationToken);
    }

    public override Task DiagnoseUpstream(DiagnoseUpstreamRequest request, IServerStreamWriter<DiagnoseUpstreamResponse> responseStream, ServerCallContext context)
    {
        Guard(context);
        return doctor.ExamineAsync(responseStream, context.CancellationToken);
    }

    public override Task<ListSyncRunsResponse> ListSyncRuns(ListSyncRunsRequest request, ServerCallContext context)
    {
        Guard(context);
        return syncs.HistoryAsync(request, context.CancellationToken);
    }

    public override Task<CancelSyncResponse> CancelSync(CancelSyncRequest request, ServerCallContext context)
    {
        Guard(context);
        return syncs.CancelAsync(request, context.CancellationToken);
    }

    public override Task RetryQuarantined(RetryQuarantinedRequest request, IServerStreamWriter<SyncProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        return syncs.RetryAsync(request, responseStream, context.CancellationToken);
    }

    public override Task ImportUpdates(ImportUpdatesRequest request, IServerStreamWriter<SyncProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        return syncs.ImportAsync(request, responseStream, context.CancellationToken);
    }

    public override Task<GetSyncSelectionResponse> GetSyncSelection(GetSyncSelectionRequest request, ServerCallContext context)
    {
        Guard(context);
        return selection.GetAsync(context.CancellationToken);
    }

    public override Task<ChangeSyncSelectionResponse> ChangeSyncSelection(ChangeSyncSelectionRequest request, ServerCallContext context)
    {
        Guard(context);
        return selection.ChangeAsync(request, context.CancellationToken);
    }

    public override Task<GetSyncScheduleResponse> GetSyncSchedule(GetSyncScheduleRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(schedule.Get());
    }

    public override Task<SetSyncScheduleResponse> SetSyncSchedule(SetSyncScheduleRequest request, ServerCallContext context)
    {
        Guard(context);
        return schedule.SetAsync(request, context.CancellationToken);
    }

    public override Task<ListUpdatesResponse> ListUpdates(ListUpdatesRequest request, ServerCallContext context)
    {
        Guard(context);
        return updates.ListAsync(request, context.CancellationToken);
    }

    public override Task<GetUpdateResponse> GetUpdate(GetUpdateRequest request, ServerCallContext context)
    {
        Guard(context);
        return updates.GetAsync(request, context.CancellationToken);
    }

    public override Task<ApproveResponse> Approve(ApproveRequest request, ServerCallContext context)
    {
        Guard(context);
        return approvals.ApproveAsync(request, context.CancellationToken);
    }

    public override Task<DeclineResponse> Decline(DeclineRequest request, ServerCallContext context)
    {
        Guard(context);
        return approvals.DeclineAsync(request, context.CancellationToken);
    }

    public override Task<ListGroupsResponse> ListGroups(ListGroupsRequest request, ServerCallContext context)
    {
        Guard(context);
        return groups.ListAsync(context.CancellationToken);
    }

    public override Task<AddGroupResponse> AddGroup(AddGroupRequest request, ServerCallContext context)
    {
        Guard(context);
        return groups.AddAsync(request, context.CancellationToken);
    }

    public override Task<RemoveGroupResponse> RemoveGroup(RemoveGroupRequest request, ServerCallContext context)
    {
        Guard(context);
        return groups.RemoveAsync(request, context.CancellationToken);
    }

    public override Task<ListSitesResponse> ListSites(ListSitesRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(sites.List());
    }

    public override Task<AddSiteResponse> AddSite(AddSiteRequest request, ServerCallContext context)
    {
        Guard(context);
        return sites.AddAsync(request, context.CancellationToken);
    }

    public override Task<RemoveSiteResponse> RemoveSite(RemoveSiteRequest request, ServerCallContext context)
    {
        Guard(context);
        return sites.RemoveAsync(request, context.CancellationToken);
    }

    public override Task<AssignComputersResponse> AssignComputers(AssignComputersRequest request, ServerCallContext context)
    {
        Guard(context);
        return assignments.AssignAsync(request, context.CancellationToken);
    }

    public override Task AdoptContent(AdoptContentRequest request, IServerStreamWriter<AdoptContentProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        return content.AdoptAsync(request, responseStream, context.CancellationToken);
    }

    public override Task<ListComputersResponse> ListComputers(ListComputersRequest request, ServerCallContext context)
    {
        Guard(context);
        return computers.ListAsync(context.CancellationToken);
    }

    public override Task<GetComputerResponse> GetComputer(GetComputerRequest request, ServerCallContext context)
    {
        Guard(context);
        return computers.GetAsync(request, context.CancellationToken);
    }

    public override Task<ListServersResponse> ListServers(ListServersRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(servers.List());
    }

    public override Task<SetServerResponse> SetServer(SetServerRequest request, ServerCallContext context)
    {
        Guard(context);
        return servers.SetAsync(request, context.CancellationToken);
    }

    public override Task<GetUpdateStatusResponse> GetUpdateStatus(GetUpdateStatusRequest request, ServerCallContext context)
    {
        Guard(context);
        return computers.StatusOfAsync(request, context.CancellationToken);
    }
}
