using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Auditing;

/// <summary>The administrators' door to who changed what.</summary>
internal sealed class AuditEndpoint(AuditAdministration audit) : AuditService.AuditServiceBase
{
    public override Task<ListAuditEntriesResponse> ListAuditEntries(ListAuditEntriesRequest request, ServerCallContext context)
    {
        Guard(context);
        return audit.ListAsync(request, context.CancellationToken);
    }
}
