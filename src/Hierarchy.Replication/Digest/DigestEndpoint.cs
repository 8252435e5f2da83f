using System.Runtime.CompilerServices;
using Grpc.Core;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Digest;

/// <summary>Comparisons and verifications, for the servers below.</summary>
/// <param name="source">Answers comparisons of the tree's log.</param>
/// <param name="overlay">Those of the overlay, which the asking side names by its position; null where there is never one.</param>
/// <param name="verifyUpward">Verifies this server and those above it; null where that is not served.</param>
/// <param name="stopping">Ends the calls when this server stops.</param>
public sealed class DigestEndpoint(
    DigestSource source, OverlayFeed? overlay, Func<VerifyUpwardRequest, IServerStreamWriter<VerifyUpwardResponse>, CancellationToken, Task>? verifyUpward, CancellationToken stopping) : DigestService.DigestServiceBase
{
    /// <summary>One comparison.</summary>
    public override async Task Compare(IAsyncStreamReader<CompareRequest> requestStream, IServerStreamWriter<CompareResponse> responseStream, ServerCallContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        if (!await requestStream.MoveNext(either.Token)) return;
        var first = requestStream.Current;
        var asked = first.Started?.Position is { } position ? overlay?.ComparisonsOf(position.ToDomain().Log) : null;
        await (asked ?? source).AnswerAsync(ReadAsync(first, requestStream, either.Token), (response, token) => responseStream.WriteAsync(response, token), either.Token);
    }

    /// <summary>One verification on its way up.</summary>
    public override Task VerifyUpward(VerifyUpwardRequest request, IServerStreamWriter<VerifyUpwardResponse> responseStream, ServerCallContext context) =>
        verifyUpward is null ? base.VerifyUpward(request, responseStream, context) : verifyUpward(request, responseStream, context.CancellationToken);

    private static async IAsyncEnumerable<CompareRequest> ReadAsync(CompareRequest first, IAsyncStreamReader<CompareRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return first;
        while (await requests.MoveNext(cancellationToken)) yield return requests.Current;
    }
}
