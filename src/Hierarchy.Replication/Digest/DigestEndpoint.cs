using System.Runtime.CompilerServices;
using Grpc.Core;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Digest;

/// <summary>Comparisons and verifications, for the servers below.</summary>
/// <param name="source">Answers comparisons.</param>
/// <param name="verifyUpward">Verifies this server and those above it; null where that is not served.</param>
/// <param name="stopping">Ends the calls when this server stops.</param>
public sealed class DigestEndpoint(
    DigestSource source, Func<VerifyUpwardRequest, IServerStreamWriter<VerifyUpwardResponse>, CancellationToken, Task>? verifyUpward, CancellationToken stopping) : DigestService.DigestServiceBase
{
    /// <summary>One comparison.</summary>
    public override async Task Compare(IAsyncStreamReader<CompareRequest> requestStream, IServerStreamWriter<CompareResponse> responseStream, ServerCallContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        await source.AnswerAsync(ReadAsync(requestStream, either.Token), (response, token) => responseStream.WriteAsync(response, token), either.Token);
    }

    /// <summary>One verification on its way up.</summary>
    public override Task VerifyUpward(VerifyUpwardRequest request, IServerStreamWriter<VerifyUpwardResponse> responseStream, ServerCallContext context) =>
        verifyUpward is null ? base.VerifyUpward(request, responseStream, context) : verifyUpward(request, responseStream, context.CancellationToken);

    private static async IAsyncEnumerable<CompareRequest> ReadAsync(IAsyncStreamReader<CompareRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await requests.MoveNext(cancellationToken)) yield return requests.Current;
    }
}
