using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hierarchy.Tests.Rpc;

public sealed class InterceptorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Server_AllKinds_PassInOrderOfRegistration()
    {
        var trace = new ConcurrentQueue<string>();
        await using var server = await RpcServer.StartAsync(
            o =>
            {
                o.Interceptors.Add<Tracing>("outer");
                o.Interceptors.Add<Tracing>("inner");
            },
            b => b.Services.AddSingleton(trace));
        using var channel = server.Connect();
        var client = new EchoService.EchoServiceClient(channel);

        await client.UnaryAsync(new EchoRequest(), cancellationToken: Token);
        using (var call = client.Collect(cancellationToken: Token))
        {
            await call.RequestStream.CompleteAsync();
            await call;
        }

        using (var call = client.Expand(new EchoRequest(), cancellationToken: Token))
            Assert.False(await call.ResponseStream.MoveNext(Token));
        using (var call = client.Chat(cancellationToken: Token))
        {
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(Token));
        }

        Assert.Equal(
            ["outer Unary", "inner Unary", "outer Collect", "inner Collect", "outer Expand", "inner Expand", "outer Chat", "inner Chat"],
            trace.Select(t => t.Replace("/hierarchy.tests.rpc.EchoService/", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Server_InterceptorThatRefuses_KeepsTheHandlerOut()
    {
        await using var server = await RpcServer.StartAsync(o => o.Interceptors.Add<Refusing>());
        var called = false;
        server.Echo.OnUnary = (_, _) =>
        {
            called = true;
            return Task.FromResult(new EchoResponse());
        };
        using var channel = server.Connect();

        var error = await Assert.ThrowsAsync<RpcException>(
            () => new EchoService.EchoServiceClient(channel).UnaryAsync(new EchoRequest(), cancellationToken: Token).ResponseAsync);

        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
        Assert.False(called);
    }

    [Fact]
    public async Task Client_HeadersAndCredentials_ReachTheServer()
    {
        await using var server = await RpcServer.StartAsync();
        Metadata? seen = null;
        server.Echo.OnUnary = (_, context) =>
        {
            seen = context.RequestHeaders;
            return Task.FromResult(new EchoResponse());
        };
        using var channel = server.Connect(o => o.UnsafeUseInsecureChannelCallCredentials = true);
        var invoker = channel.Intercept(headers =>
        {
            headers.Add("from-interceptor", "1");
            return headers;
        });
        var credentials = CallCredentials.FromInterceptor((context, metadata) =>
        {
            metadata.Add("authorization", $"Bearer {context.MethodName}");
            return Task.CompletedTask;
        });

        await new EchoService.EchoServiceClient(invoker).UnaryAsync(
            new EchoRequest(), new CallOptions(cancellationToken: Token).WithCredentials(credentials));

        Assert.Equal("1", seen!.GetValue("from-interceptor"));
        Assert.Equal("Bearer Unary", seen.GetValue("authorization"));
    }

    private sealed class Tracing(ConcurrentQueue<string> trace, string name) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            trace.Enqueue($"{name} {context.Method}");
            return continuation(request, context);
        }

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            trace.Enqueue($"{name} {context.Method}");
            return continuation(requestStream, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            trace.Enqueue($"{name} {context.Method}");
            return continuation(request, responseStream, context);
        }

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            trace.Enqueue($"{name} {context.Method}");
            return continuation(requestStream, responseStream, context);
        }
    }

    private sealed class Refusing : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
            => throw new RpcException(new Status(StatusCode.PermissionDenied, "no"));
    }
}
