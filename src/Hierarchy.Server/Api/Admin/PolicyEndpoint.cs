using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The administrators' door to policies of clients.</summary>
internal sealed class PolicyEndpoint(PolicyAdministration policies) : PolicyService.PolicyServiceBase
{
    public override Task<ListPoliciesResponse> ListPolicies(ListPoliciesRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(policies.List());
    }

    public override Task<GetPolicyResponse> GetPolicy(GetPolicyRequest request, ServerCallContext context)
    {
        Guard(context);
        return policies.GetAsync(request, context.CancellationToken);
    }

    public override Task<SetPolicyResponse> SetPolicy(SetPolicyRequest request, ServerCallContext context)
    {
        Guard(context);
        return policies.SetAsync(request, context.CancellationToken);
    }

    public override Task<GetRegistryPolicyResponse> GetRegistryPolicy(GetRegistryPolicyRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(policies.Registry(request));
    }
}
