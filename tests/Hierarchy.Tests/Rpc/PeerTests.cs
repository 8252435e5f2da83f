using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Clients and servers of other gRPC implementations against ours, in both directions.</summary>
public sealed class PeerTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Server_ClientOfAnotherImplementation_AgreesOnEverything(string language)
    {
        await using var server = await StartServerAsync();
        await using var peer = await Peer.StartAsync(language, "client", server.Address.Port.ToString());

        var output = await peer.ReadToEndAsync();

        Assert.Equal(["kinds", "deadline", "cancel", "status", "compression", "oversize", "slow", "unimplemented"], output);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Client_ServerOfAnotherImplementation_AgreesOnEverything(string language)
    {
        await using var peer = await Peer.StartAsync(language, "server");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await peer.ReadLineAsync()}");
        await CheckAsync(new EchoService.EchoServiceClient(channel));
    }

    [Fact]
    public async Task Client_OurOwnServer_AgreesOnEverything()
    {
        await using var server = await StartServerAsync();
        using var channel = server.Connect();
        await CheckAsync(new EchoService.EchoServiceClient(channel));
    }

    private static async Task CheckAsync(EchoService.EchoServiceClient client)
    {
        var big = await client.UnaryAsync(new EchoRequest { Text = "grüße", Count = 7, Payload = Bytes(Mebibyte) }, cancellationToken: Token);
        Assert.Equal(("grüße", 7, Mebibyte), (big.Text, big.Count, big.Payload.Length));

        using (var call = client.Collect(cancellationToken: Token))
        {
            for (var i = 0; i < 500; i++)
                await call.RequestStream.WriteAsync(new EchoRequest { Text = "a" }, Token);
            await call.RequestStream.CompleteAsync();
            Assert.Equal(500, (await call).Count);
        }

        using (var call = client.Expand(new EchoRequest { Count = 500 }, cancellationToken: Token))
            Assert.Equal(Enumerable.Range(0, 500), await call.ResponseStream.ReadAllAsync(Token).Select(m => m.Count).ToListAsync(Token));

        using (var call = client.Chat(cancellationToken: Token))
        {
            for (var i = 0; i < 200; i++)
            {
                await call.RequestStream.WriteAsync(new EchoRequest { Count = i }, Token);
                Assert.True(await call.ResponseStream.MoveNext(Token));
                Assert.Equal(i, call.ResponseStream.Current.Count);
            }

            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(Token));
        }

        await FailsAsync(
            client.UnaryAsync(new EchoRequest { Text = "sleep" }, deadline: DateTime.UtcNow.AddMilliseconds(700), cancellationToken: Token),
            StatusCode.DeadlineExceeded);

        using (var call = client.Expand(new EchoRequest { Text = "sleep" }, cancellationToken: Token))
            Assert.True(await call.ResponseStream.MoveNext(Token));
        var cancelled = 0;
        using var asking = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var tries = 0; cancelled < 2; tries++)
        {
            Assert.True(tries < 500, "The server did not see the cancellation.");
            await asking.WaitForNextTickAsync(Token);
            cancelled = (await client.UnaryAsync(new EchoRequest { Text = "cancelled?" }, cancellationToken: Token)).Count;
        }

        var failed = await FailsAsync(
            client.UnaryAsync(new EchoRequest { Text = "fail" }, new Metadata { { "echo-bin", [0, 255, 7] } }, cancellationToken: Token), StatusCode.NotFound);
        Assert.Equal("größer 100 %\n", failed.Status.Detail);
        Assert.Equal("because", failed.Trailers.GetValue("why"));
        Assert.Equal([0, 255, 7], failed.Trailers.GetValueBytes("echo-bin"));

        foreach (var encoding in (string[])["gzip", "deflate"])
        {
            var zipped = await client.UnaryAsync(
                new EchoRequest { Text = new string('z', 100_000) }, new Metadata { { "grpc-internal-encoding-request", encoding } }, cancellationToken: Token);
            Assert.Equal(100_000, zipped.Text.Length);
        }

        await FailsAsync(client.UnaryAsync(new EchoRequest { Payload = Bytes((4 * Mebibyte) + 1) }, cancellationToken: Token), StatusCode.ResourceExhausted);
        using (var call = client.Expand(new EchoRequest { Text = "huge", Count = 1 }, cancellationToken: Token))
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
            Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        }

        using (var call = client.Expand(new EchoRequest { Count = 400, Payload = Bytes(52_429) }, cancellationToken: Token))
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            var (total, number) = (0, 0);
            await foreach (var message in call.ResponseStream.ReadAllAsync(Token))
            {
                total += message.Payload.Length;
                if (number++ % 40 == 0)
                    await timer.WaitForNextTickAsync(Token);
            }

            Assert.Equal(400 * 52_429, total);
        }
    }

    private static async Task<RpcException> FailsAsync(AsyncUnaryCall<EchoResponse> call, StatusCode expected)
    {
        using (call)
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
            Assert.Equal(expected, error.StatusCode);
            return error;
        }
    }

    private static ByteString Bytes(int count) => ByteString.CopyFrom(new byte[count]);

    private static async Task<RpcServer> StartServerAsync()
    {
        var server = await RpcServer.StartAsync();
        var cancelled = 0;
        server.Echo.OnUnary = async (request, context) =>
        {
            switch (request.Text)
            {
                case "sleep":
                    await SleepAsync(context);
                    break;
                case "cancelled?":
                    return new EchoResponse { Count = Volatile.Read(ref cancelled) };
                case "fail":
                    var echo = context.RequestHeaders.GetValueBytes("echo-bin")!;
                    throw new RpcException(
                        new Status(StatusCode.NotFound, "größer 100 %\n"), new Metadata { { "why", "because" }, { "echo-bin", echo } });
            }

            return new EchoResponse { Text = request.Text, Count = request.Count, Payload = request.Payload };
        };
        var expand = server.Echo.OnExpand;
        server.Echo.OnExpand = async (request, responses, context) =>
        {
            switch (request.Text)
            {
                case "sleep":
                    await responses.WriteAsync(new EchoResponse());
                    await SleepAsync(context);
                    break;
                case "huge":
                    await responses.WriteAsync(new EchoResponse { Payload = Bytes(5 * Mebibyte) });
                    break;
                default:
                    await expand(request, responses, context);
                    break;
            }
        };
        return server;

        async Task SleepAsync(ServerCallContext context)
        {
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.CancellationToken.Register(over.SetResult);
            await over.Task;
            Interlocked.Increment(ref cancelled);
        }
    }
}
