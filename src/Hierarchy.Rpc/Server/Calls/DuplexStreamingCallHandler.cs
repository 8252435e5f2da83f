using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Handles calls with streams in both directions.</summary>
internal sealed class DuplexStreamingCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    DuplexStreamingServerMethod<TRequest, TResponse> invoker,
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
        await invoker(
            new RequestReader<TRequest>(call.Input, Method.RequestMarshaller.ContextualDeserializer),
            new ResponseWriter<TResponse>(call.Output, Method.ResponseMarshaller.ContextualSerializer),
            call);
    }
}
