using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The administrators' door to decisions about updates.</summary>
internal sealed class ApprovalEndpoint(EulaAdministration eulas, DecisionExplainer explainer, DecisionSettingsAdministration settings) : ApprovalService.ApprovalServiceBase
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

    public override Task<GetDecisionSettingsResponse> GetDecisionSettings(GetDecisionSettingsRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(settings.Get());
    }

    public override Task<SetDecisionSettingsResponse> SetDecisionSettings(SetDecisionSettingsRequest request, ServerCallContext context)
    {
        Guard(context);
        return settings.SetAsync(request, context.CancellationToken);
    }
}
