using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Handles calls with one request and one response.</summary>
internal sealed class UnaryCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    UnaryServerMethod<TRequest, TResponse> invoker,
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
        var response = await invoker(request, call);
        await call.Output.WriteSingleAsync(response, Method.ResponseMarshaller.ContextualSerializer);
    }
}
