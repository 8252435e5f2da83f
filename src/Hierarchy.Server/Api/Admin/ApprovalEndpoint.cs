using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The administrators' door to decisions about updates.</summary>
internal sealed class ApprovalEndpoint(EulaAdministration eulas, DecisionExplainer explainer) : ApprovalService.ApprovalServiceBase
{
    public override Task<ListEulasResponse> ListEulas(ListEulasRequest request, ServerCallContext context)
    {
        Guard(context);
        return eulas.ListAsync(request, context.CancellationToken);
    }

    public override Task<AcceptEulasResponse> AcceptEulas(AcceptEulasRequest request, ServerCallContext context)
    {
        Guard(context);
        return eulas.AcceptAsync(request, context.CancellationToken);
    }

    public override Task<ExplainDecisionResponse> ExplainDecision(ExplainDecisionRequest request, ServerCallContext context)
    {
        Guard(context);
        return explainer.ExplainAsync(request, context.CancellationToken);
    }
}
