using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>The rules of the wire that the client keeps, against servers that do not know gRPC.</summary>
public sealed class ClientWireTests
{
    private static readonly EchoRequest Request = new() { Text = "hello" };
    private static readonly byte[] Hello = Http2Wire.Message(new EchoResponse { Text = "hello" }.ToByteArray());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    public async Task HttpStatus_WithoutGrpcStatus_IsMapped(int http, StatusCode expected)
        => Assert.Equal(expected, (await FailAsync(context => context.Response.StatusCode = http)).StatusCode);

    [Fact]
    public async Task GrpcStatus_WithAnHttpError_Wins()
    {
        var error = await FailAsync(context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["grpc-status"] = "5";
            context.Response.Headers["grpc-message"] = "n%C3%B6 %zz%";
        });

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("nö %zz%", error.Status.Detail);
    }

    [Fact]
    public async Task GrpcStatus_Missing_IsUnknown()
    {
        Runtime.KeepsMoreThanOfficial();
        var error = await FailAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(Hello);
        });

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
    }

    [Fact]
    public async Task GrpcStatus_UnknownNumber_IsUnknown()
    {
        Runtime.KeepsMoreThanOfficial();
        Assert.Equal(
            StatusCode.Unknown,
            (await FailAsync(context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-status"] = "99";
            })).StatusCode);
    }

    [Fact]
    public async Task ContentType_NotGrpc_IsUnknown()
    {
        Runtime.KeepsMoreThanOfficial();
        Assert.Equal(StatusCode.Unknown, (await FailAsync(context => context.Response.WriteAsync("<html>"))).StatusCode);
    }

    [Fact]
    public async Task Message_Garbage_IsInternal()
    {
        Runtime.KeepsMoreThanOfficial();
        Assert.Equal(StatusCode.Internal, (await AnswerAsync(Http2Wire.Message([0xFF, 0xFF, 0xFF]))).StatusCode);
    }

    [Fact]
    public async Task Message_Truncated_IsInternal() => Assert.Equal(StatusCode.Internal, (await AnswerAsync(Hello[..7])).StatusCode);

    [Fact]
    public async Task Message_Second_IsInternal() => Assert.Equal(StatusCode.Internal, (await AnswerAsync([.. Hello, .. Hello])).StatusCode);

    [Fact]
    public async Task Message_None_IsInternal() => Assert.Equal(StatusCode.Internal, (await AnswerAsync([])).StatusCode);

    [Fact]
    public async Task Message_PrefixAboveTheLimit_IsResourceExhausted()
    {
        Runtime.KeepsMoreThanOfficial();
        Assert.Equal(StatusCode.ResourceExhausted, (await AnswerAsync([0, 255, 255, 255, 255])).StatusCode);
    }

    [Fact]
    public async Task Message_UnknownEncoding_IsUnimplemented()
    {
        Runtime.KeepsMoreThanOfficial();
        Assert.Equal(
            StatusCode.Unimplemented,
            (await FailAsync(context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-encoding"] = "snappy";
                return context.Response.Body.WriteAsync(Hello).AsTask();
            })).StatusCode);
    }

    [Fact]
    public async Task Request_AboveTheLimit_IsResourceExhaustedAndNotSent()
    {
        Runtime.KeepsMoreThanOfficial();
        var called = false;
        var (app, client) = await RawServer.StartAsync(
            _ =>
            {
                called = true;
                return Task.CompletedTask;
            },
            o => o.MaxSendMessageSize = 10);
        await using var _ = app;

        var error = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoRequest { Text = new string('x', 100) }, cancellationToken: Token).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.False(called);
    }

    [Theory]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    public async Task Reset_BeforeAnAnswer_IsMapped(int code, StatusCode expected)
        => Assert.Equal(expected, (await FailAsync(context => context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(code))).StatusCode);

    [Fact]
    public async Task Reset_AmidTheStream_IsMapped()
    {
        var (app, client) = await RawServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(Hello);
            await context.Response.Body.FlushAsync();
            await context.Request.BodyReader.ReadAsync();
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(11);
        });
        await using var _ = app;
        using var call = client.Chat(cancellationToken: Token);

        Assert.True(await call.ResponseStream.MoveNext(Token));
        await call.RequestStream.WriteAsync(Request, Token);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("goaway")]
    [InlineData("close")]
    public async Task Connection_LostBeforeAnAnswer_IsUnavailable(string how)
    {
        Runtime.KeepsMoreThanOfficial();
        var (address, accepted) = RawServer.Listen();
        using var channel = GrpcChannel.ForAddress(address);
        using var call = new EchoService.EchoServiceClient(channel).UnaryAsync(Request, cancellationToken: Token);
        var wire = await accepted;
        await using var _ = wire;
        while ((await wire.ReadAsync())?.Type != Http2Wire.Headers)
        {
        }

        if (how == "goaway")
            await wire.SendAsync(Http2Wire.GoAway, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2);
        if (how == "reset")
            wire.Abort();
        else
            await wire.DisposeAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("deadline")]
    [InlineData("dispose")]
    public async Task End_ByTheCaller_SendsResetWithCancel(string how)
    {
        var (address, accepted) = RawServer.Listen();
        using var channel = GrpcChannel.ForAddress(address);
        using var source = new CancellationTokenSource();
        using var call = new EchoService.EchoServiceClient(channel).UnaryAsync(
            Request, deadline: how == "deadline" ? DateTime.UtcNow.AddMilliseconds(300) : null, cancellationToken: source.Token);
        await using var wire = await accepted;
        Http2Wire.Frame? frame;
        while ((frame = await wire.ReadAsync())?.Type != Http2Wire.Headers)
        {
        }

        if (how == "cancel")
            await source.CancelAsync();
        if (how == "dispose")
            call.Dispose();
        while (frame is not null && frame.Type != Http2Wire.Reset)
            frame = await wire.ReadAsync();

        Assert.Equal(8, frame?.ResetCode);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(how == "deadline" ? StatusCode.DeadlineExceeded : StatusCode.Cancelled, error.StatusCode);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(3600)]
    [InlineData(30 * 86400)]
    [InlineData(20 * 365 * 86400L)]
    public async Task Timeout_AnyDeadline_HasAtMostEightDigits(double seconds)
    {
        Runtime.KeepsMoreThanOfficial();
        string? timeout = null;
        var (app, client) = await RawServer.StartAsync(context =>
        {
            timeout = context.Request.Headers["grpc-timeout"];
            return Task.CompletedTask;
        });
        await using var _ = app;

        await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(Request, deadline: DateTime.UtcNow.AddSeconds(seconds), cancellationToken: Token).ResponseAsync);

        Assert.Matches("^[0-9]{1,8}[HMSmun]$", timeout);
        var unit = timeout![^1] switch { 'H' => 3600.0, 'M' => 60, 'S' => 1, 'm' => 1e-3, 'u' => 1e-6, _ => 1e-9 };
        Assert.InRange(double.Parse(timeout[..^1], CultureInfo.InvariantCulture) * unit, (seconds * 0.99) - 0.3, (seconds * 1.01) + 3600);
    }

    [Fact]
    public async Task Streams_MoreThanAConnectionTakes_DoNotQueue()
    {
        await using var server = await RpcServer.StartAsync();
        var reached = 0;
        var release = new TaskCompletionSource();
        server.Echo.OnUnary = async (_, _) =>
        {
            Interlocked.Increment(ref reached);
            await release.Task;
            return new EchoResponse();
        };
        using var channel = server.Connect();
        var client = new EchoService.EchoServiceClient(channel);

        var calls = Enumerable.Range(0, 350).Select(_ => client.UnaryAsync(Request, cancellationToken: Token).ResponseAsync).ToArray();
        await Eventually.HoldsAsync(() => Volatile.Read(ref reached) == 350);
        release.SetResult();

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task WaitForReady_ServerComesLater_IsAnswered()
    {
        var server = await RpcServer.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { InitialReconnectBackoff = TimeSpan.FromMilliseconds(20) });
        var client = new EchoService.EchoServiceClient(channel);
        using var call = client.UnaryAsync(Request, new CallOptions(cancellationToken: Token).WithWaitForReady());

        await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(Request, cancellationToken: Token).ResponseAsync);
        Assert.False(call.ResponseAsync.IsCompleted);
        await using var again = await RpcServer.StartAsync(port: address.Port);

        Assert.Equal("hello", (await call).Text);
    }

    [Fact]
    public async Task WaitForReady_NobodyListens_PausesGrowToTheBoundAndAreSpread()
    {
        Runtime.KeepsMoreThanOfficial(); // their clock cannot be replaced
        var server = await RpcServer.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var time = new RecordedPauses(stop, enough: 40);
        using var services = new ServiceCollection().AddSingleton<TimeProvider>(time).BuildServiceProvider();
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            ServiceProvider = services,
            InitialReconnectBackoff = TimeSpan.FromSeconds(1),
            MaxReconnectBackoff = TimeSpan.FromSeconds(10),
        });

        await Assert.ThrowsAsync<RpcException>(() => new EchoService.EchoServiceClient(channel).UnaryAsync(
            Request, new CallOptions(cancellationToken: stop.Token).WithWaitForReady()).ResponseAsync);

        var nominal = 1.0;
        foreach (var pause in time.Pauses)
        {
            Assert.InRange(pause.TotalSeconds, nominal * 0.8, nominal * 1.2);
            nominal = Math.Min(nominal * 1.6, 10);
        }

        // Pauses have whole milliseconds: two of many may well be the same.
        Assert.InRange(time.Pauses.Distinct().Count(), time.Pauses.Count / 2, time.Pauses.Count);
    }

    [Fact]
    public async Task WaitForReady_Deadline_EndsTheWait()
    {
        var server = await RpcServer.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        using var channel = GrpcChannel.ForAddress(address);

        var error = await Assert.ThrowsAsync<RpcException>(() => new EchoService.EchoServiceClient(channel).UnaryAsync(
            Request, new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(200), cancellationToken: Token).WithWaitForReady()).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Reconnect_AfterTheServerCameBack_IsTransparent()
    {
        var server = await RpcServer.StartAsync();
        using var channel = server.Connect();
        var client = new EchoService.EchoServiceClient(channel);
        await client.UnaryAsync(Request, cancellationToken: Token);
        await server.DisposeAsync();
        // After this the client knows that the connection is gone.
        var down = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(Request, cancellationToken: Token).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, down.StatusCode);

        await using var again = await RpcServer.StartAsync(port: server.Address.Port);

        Assert.Equal("hello", (await client.UnaryAsync(Request, new CallOptions(cancellationToken: Token).WithWaitForReady())).Text);
    }

    [Fact]
    public async Task Connect_ResetWhileItIsMade_IsUnavailableAndTriedAgain()
    {
        Runtime.KeepsMoreThanOfficial();
        await using var server = await RpcServer.StartAsync();
        using var handler = new ResetAtFirst { InnerHandler = new SocketsHttpHandler() };
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { HttpHandler = handler, InitialReconnectBackoff = TimeSpan.FromMilliseconds(20) });
        var client = new EchoService.EchoServiceClient(channel);

        handler.Resets = 1;
        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(Request, cancellationToken: Token).ResponseAsync);
        handler.Resets = 2;
        var answer = await client.UnaryAsync(Request, new CallOptions(cancellationToken: Token).WithWaitForReady());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(("hello", 0), (answer.Text, handler.Resets));
    }

    [Fact]
    public async Task KeepAlive_ServerFallsSilent_CallIsUnavailable()
    {
        Runtime.KeepsMoreThanOfficial();
        var (address, accepted) = RawServer.Listen();
        using var handler = new SocketsHttpHandler
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(1), KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        };
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler });
        using var call = new EchoService.EchoServiceClient(channel).UnaryAsync(Request, cancellationToken: Token);
        await using var silent = await accepted; // answers no ping: nobody reads

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(TimeSpan.FromSeconds(30), Token));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task Upload_ServerEndsEarly_WriterIsToldTheStatus()
    {
        Runtime.KeepsMoreThanOfficial();
        await using var server = await RpcServer.StartAsync();
        server.Echo.OnCollect = async (requests, _) =>
        {
            await requests.MoveNext(CancellationToken.None);
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "enough"));
        };
        using var channel = server.Connect();
        using var call = new EchoService.EchoServiceClient(channel).Collect(cancellationToken: Token);

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[50_000]) }, Token);
        });

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Chat_ServerEndsEarlyAndNobodyReads_WriterIsNotLeftWaiting()
    {
        await using var server = await RpcServer.StartAsync();
        server.Echo.OnChat = async (requests, _, _) =>
        {
            await requests.MoveNext(CancellationToken.None);
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "enough"));
        };
        using var channel = server.Connect();
        using var call = new EchoService.EchoServiceClient(channel).Chat(cancellationToken: Token);

        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[50_000]) }, Token);
        });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
    }

    [Fact]
    public async Task Handler_WithAConnectCallback_BindsItsSourceAddress()
    {
        await using var server = await RpcServer.StartAsync();
        string? peer = null;
        server.Echo.OnUnary = (_, context) =>
        {
            peer = context.Peer;
            return Task.FromResult(new EchoResponse());
        };
        using var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.1.5"), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var channel = server.Connect(o => o.HttpHandler = handler);

        await new EchoService.EchoServiceClient(channel).UnaryAsync(Request, cancellationToken: Token);

        Assert.StartsWith("ipv4:127.0.1.5:", peer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ServerThatDoesNotRead_StopsTheWriter()
    {
        await using var server = await RpcServer.StartAsync();
        var release = new TaskCompletionSource();
        server.Echo.OnCollect = async (requests, _) =>
        {
            await release.Task;
            var count = 0;
            await foreach (var request in requests.ReadAllAsync())
                count++;
            return new EchoResponse { Count = count };
        };
        using var channel = server.Connect();
        using var call = new EchoService.EchoServiceClient(channel).Collect(cancellationToken: Token);
        var written = 0;
        var writing = Task.Run(
            async () =>
            {
                for (; written < 500; written++)
                    await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[50_000]) }, Token);
                await call.RequestStream.CompleteAsync();
            },
            Token);

        Assert.InRange(await Eventually.SettlesAsync(() => Volatile.Read(ref written)), 1, 100);
        release.SetResult();
        await writing;
        Assert.Equal(500, (await call).Count);
    }

    [Fact]
    public async Task Compression_OfRequests_IsChosenPerCallAndPerMessage()
    {
        await using var server = await RpcServer.StartAsync();
        using var channel = server.Connect();
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        using var call = new EchoService.EchoServiceClient(channel).Collect(headers, cancellationToken: Token);

        await call.RequestStream.WriteAsync(new EchoRequest { Text = "a" }, Token);
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "b" }, Token);
        await call.RequestStream.CompleteAsync();

        Assert.Equal("ab", (await call).Text);
    }

    private static Task<RpcException> AnswerAsync(byte[] body) => FailAsync(async context =>
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(body);
        context.Response.AppendTrailer("grpc-status", "0");
    });

    private static Task<RpcException> FailAsync(Action<HttpContext> handler) => FailAsync(context =>
    {
        handler(context);
        return Task.CompletedTask;
    });

    private static async Task<RpcException> FailAsync(Func<HttpContext, Task> handler)
    {
        var (app, client) = await RawServer.StartAsync(context => handler(context));
        await using var _ = app;
        return await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(Request, cancellationToken: Token).ResponseAsync);
    }

    /// <summary>The platform's client asks a new connection for its other end, which fails with a bare SocketException where that has reset it already. No test can time that, so this stands for it.</summary>
    private sealed class ResetAtFirst : DelegatingHandler
    {
        public int Resets { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Resets == 0) return base.SendAsync(request, cancellationToken);
            Resets--;
            throw new SocketException((int)SocketError.NotConnected);
        }
    }
}
