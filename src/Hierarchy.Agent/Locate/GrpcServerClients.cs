using System.Net;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Locate;

/// <summary>Speaks gRPC with servers, from the source address that the operator names. The only place where gRPC statuses are translated.</summary>
internal sealed class GrpcServerClients(IPAddress? address, TimeProvider time, ILoggerFactory loggers) : IServerClients
{
    /// <inheritdoc/>
    public IServerClient Open(string url) => new Client(url, time, GrpcChannel.ForAddress(url, new GrpcChannelOptions
    {
        HttpHandler = SourceAddress.CreateHandler(address),
        DisposeHttpClient = true,
        LoggerFactory = loggers,
        MaxReceiveMessageSize = 16 * 1024 * 1024,
    }));

    private sealed class Client(string url, TimeProvider time, GrpcChannel channel) : IServerClient
    {
        private readonly LocatorService.LocatorServiceClient _locator = new(channel);
        private readonly ClientService.ClientServiceClient _client = new(channel);

        public string Url => url;

        public async Task<LocateResponse> LocateAsync(LocateRequest request, TimeSpan deadline, CancellationToken cancellationToken)
        {
            try
            {
                return await _locator.LocateAsync(request, deadline: time.GetUtcNow().UtcDateTime + deadline, cancellationToken: cancellationToken);
            }
            catch (RpcException exception)
            {
                throw Translate(exception, "Locate", cancellationToken);
            }
        }

        public IAsyncEnumerable<SyncResponse> SyncAsync(SyncRequest request, CancellationToken cancellationToken)
            => ReadAsync(() => _client.Sync(request, cancellationToken: cancellationToken), "Sync", cancellationToken);

        public IAsyncEnumerable<RevisionPayload> GetRevisionsAsync(GetRevisionsRequest request, CancellationToken cancellationToken)
            => ReadAsync(() => _client.GetRevisions(request, cancellationToken: cancellationToken), "GetRevisions", cancellationToken);

        public async Task<ReportResponse> ReportAsync(ReportRequest request, TimeSpan deadline, CancellationToken cancellationToken)
        {
            try
            {
                return await _client.ReportAsync(request, deadline: time.GetUtcNow().UtcDateTime + deadline, cancellationToken: cancellationToken);
            }
            catch (RpcException exception)
            {
                throw Translate(exception, "Report", cancellationToken);
            }
        }

        public ValueTask DisposeAsync()
        {
            channel.Dispose();
            return ValueTask.CompletedTask;
        }

        private async IAsyncEnumerable<T> ReadAsync<T>(Func<AsyncServerStreamingCall<T>> open, string operation, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using var call = open();
            while (true)
            {
                bool more;
                try
                {
                    more = await call.ResponseStream.MoveNext(cancellationToken);
                }
                catch (RpcException exception)
                {
                    throw Translate(exception, operation, cancellationToken);
                }

                if (!more) yield break;
                yield return call.ResponseStream.Current;
            }
        }

        private Exception Translate(RpcException exception, string operation, CancellationToken cancellationToken)
        {
            if (exception.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested) return new OperationCanceledException(exception.Message, exception, cancellationToken);
            var message = $"{operation} at {url}: {exception.StatusCode}: {exception.Status.Detail}";
            return exception.StatusCode switch
            {
                // The server understood and said no, or is not what it seems: asking again gives the same.
                StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unimplemented
                    or StatusCode.FailedPrecondition or StatusCode.OutOfRange or StatusCode.DataLoss => new IntegrityException(message, exception),
                _ => new UnavailableException(message, exception),
            };
        }
    }
}
