using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Succession;

/// <summary>The administrators' door to who is the root and what was lost.</summary>
internal sealed class SuccessionAdminEndpoint(Promoter promoter, LossAdministration losses, ServerIdentity self, ViewPublisher views) : SuccessionAdminService.SuccessionAdminServiceBase
{
    private const int ShortestPrefix = 4;

    public override Task<GetPromotionOutlookResponse> GetPromotionOutlook(GetPromotionOutlookRequest request, ServerCallContext context)
    {
        AdminDoor.Guard(context);
        RequireSelf(request.Server);
        return promoter.LookAheadAsync(context.CancellationToken);
    }

    public override async Task<PromoteResponse> Promote(PromoteRequest request, ServerCallContext context)
    {
        AdminDoor.Guard(context);
        RequireSelf(request.Server);
        return new PromoteResponse { Position = (await promoter.PromoteAsync(request.RequestedBy, request.DropOverlay, context.CancellationToken)).ToProto() };
    }

    public override Task<ListLossesResponse> ListLosses(ListLossesRequest request, ServerCallContext context)
    {
        AdminDoor.Guard(context);
        RequireSelf(request.Server);
        return losses.ListAsync(context.CancellationToken);
    }

    public override Task ShowLoss(ShowLossRequest request, IServerStreamWriter<ShowLossResponse> responseStream, ServerCallContext context)
    {
        AdminDoor.Guard(context);
        return losses.ShowAsync(request, responseStream, context.CancellationToken);
    }

    public override Task<ForgetLossResponse> ForgetLoss(ForgetLossRequest request, ServerCallContext context)
    {
        AdminDoor.Guard(context);
        return losses.ForgetAsync(request, context.CancellationToken);
    }

    // A name is for safety: what is promoted, or looked at, is always the server that is asked.
    private void RequireSelf(string name)
    {
        name = name.Trim();
        if (name.Length == 0 || string.Equals(name, self.Name, StringComparison.OrdinalIgnoreCase)) return;
        if (name.Length >= ShortestPrefix && self.Id.ToString("D").StartsWith(name, StringComparison.OrdinalIgnoreCase)) return;
        var other = views.View.Servers.Values.FirstOrDefault(server => string.Equals(server.Name, name, StringComparison.OrdinalIgnoreCase));
        throw Refusal.Precondition(other is null
            ? $"This server is {self.Name}, and knows of none called '{name}'. Run the command on the server that is meant."
            : $"This server is {self.Name}. Run the command on {other.Name} itself ({other.GrpcUrl}): administration answers there alone.");
    }
}
