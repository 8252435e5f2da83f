using Grpc.Core;

namespace Hierarchy.Tests.Rpc;

/// <summary>The service of the runtime's tests. A test replaces the handler that it wants to be different.</summary>
public sealed class EchoEndpoint : EchoService.EchoServiceBase
{
    public Func<EchoRequest, ServerCallContext, Task<EchoResponse>> OnUnary { get; set; }
        = (request, _) => Task.FromResult(new EchoResponse { Text = request.Text, Count = request.Count, Payload = request.Payload });

    public Func<IAsyncStreamReader<EchoRequest>, ServerCallContext, Task<EchoResponse>> OnCollect { get; set; }
        = async (requests, context) =>
        {
            var response = new EchoResponse();
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            {
                response.Text += request.Text;
                response.Count++;
            }

            return response;
        };

    public Func<EchoRequest, IServerStreamWriter<EchoResponse>, ServerCallContext, Task> OnExpand { get; set; }
        = async (request, responses, _) =>
        {
            for (var i = 0; i < request.Count; i++)
                await responses.WriteAsync(new EchoResponse { Text = request.Text, Count = i, Payload = request.Payload });
        };

    public Func<IAsyncStreamReader<EchoRequest>, IServerStreamWriter<EchoResponse>, ServerCallContext, Task> OnChat { get; set; }
        = async (requests, responses, context) =>
        {
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
                await responses.WriteAsync(new EchoResponse { Text = request.Text, Count = request.Count, Payload = request.Payload });
        };

    public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context) => OnUnary(request, context);

    public override Task<EchoResponse> Collect(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
        => OnCollect(requestStream, context);

    public override Task Expand(EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
        => OnExpand(request, responseStream, context);

    public override Task Chat(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
        => OnChat(requestStream, responseStream, context);
}
