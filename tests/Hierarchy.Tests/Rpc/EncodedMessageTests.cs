using System.Buffers;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Messages that are bytes already: a method written by hand, registered through the official seam.</summary>
public sealed class EncodedMessageTests
{
    private static readonly Marshaller<Encoded> EncodedMarshaller = Marshallers.Create<Encoded>(
        (message, context) =>
        {
            context.SetPayloadLength(message.Bytes.Length);
            context.GetBufferWriter().Write(message.Bytes.Span);
            context.Complete();
        },
        context => new Encoded(context.PayloadAsReadOnlySequence().ToArray()));

    private static readonly Method<Encoded, Encoded> Expand = new(
        MethodType.ServerStreaming, "hierarchy.tests.rpc.EncodedService", "Expand", EncodedMarshaller, EncodedMarshaller);

    private static readonly Method<Encoded, Encoded> Chat = new(
        MethodType.DuplexStreaming, "hierarchy.tests.rpc.EncodedService", "Chat", EncodedMarshaller, EncodedMarshaller);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServerStreaming_EncodedOnce_ArrivesAsMessages()
    {
        await using var server = await StartAsync();
        using var channel = server.Connect();
        var request = new Encoded(new EchoRequest { Text = "x", Count = 100 }.ToByteArray());

        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(Expand, null, new CallOptions(cancellationToken: Token), request);
        var count = 0;
        await foreach (var message in call.ResponseStream.ReadAllAsync(Token))
        {
            Assert.Equal("x", EchoResponse.Parser.ParseFrom(message.Bytes.Span).Text);
            count++;
        }

        Assert.Equal(100, count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public async Task DuplexStreaming_AnyLength_ComesBack(int length)
    {
        await using var server = await StartAsync();
        using var channel = server.Connect();
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(Chat, null, new CallOptions(cancellationToken: Token));
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new Encoded(bytes), Token);
            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.True(call.ResponseStream.Current.Bytes.Span.SequenceEqual(bytes));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Token));
    }

    private static Task<RpcServer> StartAsync() => RpcServer.StartAsync(
        build: b =>
        {
            b.Services.AddSingleton<EncodedEndpoint>();
            b.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<EncodedEndpoint>, EncodedMethods>());
        },
        map: app => app.MapGrpcService<EncodedEndpoint>());

    private sealed record Encoded(ReadOnlyMemory<byte> Bytes);

    private sealed class EncodedEndpoint
    {
        private readonly Encoded _answer = new(new EchoResponse { Text = "x" }.ToByteArray());

        public async Task Expand(Encoded request, IServerStreamWriter<Encoded> responses, ServerCallContext context)
        {
            var count = EchoRequest.Parser.ParseFrom(request.Bytes.Span).Count;
            for (var i = 0; i < count; i++)
                await responses.WriteAsync(_answer, context.CancellationToken);
        }
    }

    private sealed class EncodedMethods : IServiceMethodProvider<EncodedEndpoint>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<EncodedEndpoint> context)
        {
            context.AddServerStreamingMethod(EncodedMessageTests.Expand, [], (service, request, responses, call) => service.Expand(request, responses, call));
            context.AddDuplexStreamingMethod(
                EncodedMessageTests.Chat,
                [],
                async (_, requests, responses, call) =>
                {
                    await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
                        await responses.WriteAsync(request, call.CancellationToken);
                });
        }
    }
}
