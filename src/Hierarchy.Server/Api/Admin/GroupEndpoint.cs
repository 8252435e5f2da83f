using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The administrators' door to groups that are in use.</summary>
internal sealed class GroupEndpoint(GroupChanges changes, TargetingAdministration targeting) : GroupService.GroupServiceBase
{
    public override Task<RenameGroupResponse> RenameGroup(RenameGroupRequest request, ServerCallContext context)
    {
        Guard(context);
        return changes.RenameAsync(request, context.CancellationToken);
    }

    public override Task<MoveGroupResponse> MoveGroup(MoveGroupRequest request, ServerCallContext context)
    {
        Guard(context);
        return changes.MoveAsync(request, context.CancellationToken);
    }

    public override Task<DeleteGroupResponse> DeleteGroup(DeleteGroupRequest request, ServerCallContext context)
    {
        Guard(context);
        return changes.DeleteAsync(request.Name, request.WhatIf, context.CancellationToken);
    }

    public override Task<GetTargetingResponse> GetTargeting(GetTargetingRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(targeting.Get());
    }

    public override Task<SetTargetingResponse> SetTargeting(SetTargetingRequest request, ServerCallContext context)
    {
        Guard(context);
        return targeting.SetAsync(request, context.CancellationToken);
    }

    public override Task<ListUnknownGroupsResponse> ListUnknownGroups(ListUnknownGroupsRequest request, ServerCallContext context)
    {
        Guard(context);
        return targeting.ListUnknownAsync(context.CancellationToken);
    }
}
