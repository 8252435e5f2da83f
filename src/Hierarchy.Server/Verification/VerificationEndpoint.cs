using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Api.Admin;

namespace Hierarchy.Server.Verification;

/// <summary>Verifications for administrators.</summary>
internal sealed class VerificationEndpoint(TreeVerification tree, IHostApplicationLifetime lifetime) : VerificationService.VerificationServiceBase
{
    public override async Task VerifyServers(VerifyServersRequest request, IServerStreamWriter<VerifyServersResponse> responseStream, ServerCallContext context)
    {
        AdminDoor.Guard(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await tree.RunAsync(request, responseStream, either.Token);
    }
}
