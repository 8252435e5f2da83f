using Google.Protobuf;
using Grpc.Core;

namespace Hierarchy.Benchmarks.Rpc;

/// <summary>Does as little as a service can, so that what is measured is the runtime.</summary>
internal sealed class BenchEndpoint : BenchService.BenchServiceBase
{
    private const int MaxSize = 1024 * 1024;

    public override Task<Message> Unary(Message request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Download(DownloadRequest request, IServerStreamWriter<Message> responseStream, ServerCallContext context)
    {
        if (request.Size is < 0 or > MaxSize) throw new RpcException(new Status(StatusCode.InvalidArgument, $"A message has 0 to {MaxSize} bytes."));
        var message = new Message { Body = ByteString.CopyFrom(new byte[request.Size]) };
        for (var i = 0; i < request.Count; i++)
            await responseStream.WriteAsync(message);
    }

    public override async Task<UploadResponse> Upload(IAsyncStreamReader<Message> requestStream, ServerCallContext context)
    {
        var count = 0;
        while (await requestStream.MoveNext())
            count++;
        return new UploadResponse { Count = count };
    }

    public override async Task PingPong(IAsyncStreamReader<Message> requestStream, IServerStreamWriter<Message> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext())
            await responseStream.WriteAsync(requestStream.Current);
    }

    public override Task<CountResponse> Count(CountRequest request, ServerCallContext context) => Task.FromResult(new CountResponse
    {
        Allocated = GC.GetTotalAllocatedBytes(precise: true),
        Held = request.Collect ? Heap.Held() : 0,
    });
}
