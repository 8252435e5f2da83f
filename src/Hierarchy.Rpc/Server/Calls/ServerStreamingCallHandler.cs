using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Handles calls with one request and a stream of responses.</summary>
internal sealed class ServerStreamingCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServerStreamingServerMethod<TRequest, TResponse> invoker,
    ServiceSettings settings,
    ILogger logger,
    TimeProvider time)
    : CallHandler<TRequest, TResponse>(method, settings, logger, time)
    where TRequest : class
    where TResponse : class
{
    protected override bool StreamsRequests => false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask InvokeAsync(ServerCall call)
    {
        var request = await call.Input.ReadSingleAsync(Method.RequestMarshaller.ContextualDeserializer);
        await invoker(request, new ResponseWriter<TResponse>(call.Output, Method.ResponseMarshaller.ContextualSerializer), call);
    }
}
