using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The administrators' door to groups that are in use.</summary>
internal sealed class GroupEndpoint(GroupChanges changes, TargetingAdministration targeting, GroupRuleAdministration rules) : GroupService.GroupServiceBase
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

    public override Task<AddGroupRuleResponse> AddGroupRule(AddGroupRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return rules.AddAsync(request, context.CancellationToken);
    }

    public override Task<ListGroupRulesResponse> ListGroupRules(ListGroupRulesRequest request, ServerCallContext context)
    {
        Guard(context);
        return rules.ListAsync(context.CancellationToken);
    }

    public override Task<RemoveGroupRuleResponse> RemoveGroupRule(RemoveGroupRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return rules.RemoveAsync(request, context.CancellationToken);
    }

    public override Task<TestGroupRulesResponse> TestGroupRules(TestGroupRulesRequest request, ServerCallContext context)
    {
        Guard(context);
        return rules.TestAsync(request, context.CancellationToken);
    }
}
