using Google.Protobuf;
using Grpc.Net.Client;
using Hierarchy.Domain;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Secrets;

/// <summary>Asks a parent for the tree's secret.</summary>
public static class SecretCall
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>One call.</summary>
    /// <exception cref="IntegrityException">The answer is none, or is not for this call.</exception>
    /// <exception cref="Grpc.Core.RpcException">The parent is away, has it not yet, or refuses.</exception>
    public static async Task<TreeSecret> AskAsync(Uri parent, Guid serverId, TimeProvider time, CancellationToken cancellationToken)
    {
        using var envelope = new SecretEnvelope();
        using var channel = GrpcChannel.ForAddress(parent);
        var id = Positions.Id(serverId);
        var request = new GetTreeSecretRequest { ServerId = id, PublicKey = ByteString.CopyFrom(envelope.PublicKey) };
        var response = await new SecretService.SecretServiceClient(channel)
            .GetTreeSecretAsync(request, deadline: (time.GetUtcNow() + Deadline).UtcDateTime, cancellationToken: cancellationToken);
        return envelope.Open(response, id.Span);
    }
}
