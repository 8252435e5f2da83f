using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Handles calls with a stream of requests and one response.</summary>
internal sealed class ClientStreamingCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ClientStreamingServerMethod<TRequest, TResponse> invoker,
    ServiceSettings settings,
    ILogger logger,
    TimeProvider time)
    : CallHandler<TRequest, TResponse>(method, settings, logger, time)
    where TRequest : class
    where TResponse : class
{
    protected override bool StreamsRequests => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask InvokeAsync(ServerCall call)
    {
        var response = await invoker(new RequestReader<TRequest>(call.Input, Method.RequestMarshaller.ContextualDeserializer), call);
        await call.Output.WriteSingleAsync(response, Method.ResponseMarshaller.ContextualSerializer);
    }
}
