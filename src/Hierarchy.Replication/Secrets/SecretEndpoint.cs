using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Secrets;

/// <summary>Gives the tree's secret to the servers below, sealed for the one who asks.</summary>
/// <param name="find">The secret; a root that has none yet draws it now; null at a replica that waits for its own parent.</param>
public sealed class SecretEndpoint(Func<TreeSecret?> find) : SecretService.SecretServiceBase
{
    /// <summary>One server asks.</summary>
    public override Task<GetTreeSecretResponse> GetTreeSecret(GetTreeSecretRequest request, ServerCallContext context)
    {
        _ = Positions.Id(request.ServerId, "server");
        var secret = find() ?? throw new UnavailableException("The tree's secret has not come to this server yet; ask again soon.");
        try
        {
            return Task.FromResult(SecretEnvelope.Answer(request, secret));
        }
        catch (IntegrityException exception)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, exception.Message));
        }
    }
}
