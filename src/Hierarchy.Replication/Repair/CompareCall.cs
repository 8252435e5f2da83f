using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Domain;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Repair;

/// <summary>One comparison with a parent, over gRPC.</summary>
internal sealed class CompareCall : ICompareCall
{
    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _stop;
    private readonly AsyncDuplexStreamingCall<CompareRequest, CompareResponse> _call;

    private CompareCall(Uri parent, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A batch may be as large as its one record.
        _channel = GrpcChannel.ForAddress(parent, new GrpcChannelOptions { MaxReceiveMessageSize = 64 * 1024 * 1024 });
        _call = new DigestService.DigestServiceClient(_channel).Compare(cancellationToken: _stop.Token);
    }

    public static ICompareCall Open(Uri parent, CancellationToken cancellationToken) => new CompareCall(parent, cancellationToken);

    public Task AskAsync(CompareRequest request, CancellationToken cancellationToken) => _call.RequestStream.WriteAsync(request, cancellationToken);

    public async Task<CompareResponse> HearAsync(CancellationToken cancellationToken) =>
        await _call.ResponseStream.MoveNext(cancellationToken) ? _call.ResponseStream.Current : throw new UnavailableException("the parent ended the comparison");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _call.Dispose();
        _channel.Dispose();
        _stop.Dispose();
    }
}
