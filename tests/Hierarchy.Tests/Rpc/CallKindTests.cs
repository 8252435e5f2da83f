using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Hierarchy.Tests.Rpc;

public sealed class CallKindTests : IAsyncLifetime
{
    private RpcServer _server = null!;
    private GrpcChannel _channel = null!;
    private EchoService.EchoServiceClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RpcServer.StartAsync();
        _channel = _server.Connect();
        _client = new EchoService.EchoServiceClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Unary_Message_IsAnswered()
    {
        using var call = _client.UnaryAsync(new EchoRequest { Text = "grüße", Count = 7 }, cancellationToken: Token);
        var response = await call;

        Assert.Equal(("grüße", 7), (response.Text, response.Count));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public void Unary_Blocking_IsAnswered() => Assert.Equal("x", _client.Unary(new EchoRequest { Text = "x" }, cancellationToken: Token).Text);

    [Fact]
    public async Task Unary_ThreeMebibytes_PassesBothWays()
    {
        var payload = new byte[3 * 1024 * 1024];
        new Random(1).NextBytes(payload);

        var response = await _client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFrom(payload) }, cancellationToken: Token);

        Assert.True(response.Payload.Span.SequenceEqual(payload));
    }

    [Fact]
    public async Task ClientStreaming_ManyMessages_AllArriveInOrder()
    {
        using var call = _client.Collect(cancellationToken: Token);
        for (var i = 0; i < 2000; i++)
            await call.RequestStream.WriteAsync(new EchoRequest { Text = (i % 10).ToString() }, Token);
        await call.RequestStream.CompleteAsync();
        var response = await call;

        Assert.Equal(2000, response.Count);
        Assert.Equal(string.Concat(Enumerable.Repeat("0123456789", 200)), response.Text);
    }

    [Fact]
    public async Task ServerStreaming_ManyMessages_AllArriveInOrder()
    {
        using var call = _client.Expand(new EchoRequest { Count = 5000, Text = "t" }, cancellationToken: Token);
        var expected = 0;
        await foreach (var response in call.ResponseStream.ReadAllAsync(Token))
            Assert.Equal(expected++, response.Count);

        Assert.Equal(5000, expected);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task ServerStreaming_NoMessages_EndsWithOk()
    {
        using var call = _client.Expand(new EchoRequest(), cancellationToken: Token);

        Assert.False(await call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task DuplexStreaming_PingPong_EachAnswerFollowsItsRequest()
    {
        using var call = _client.Chat(cancellationToken: Token);
        for (var i = 0; i < 500; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Count = i }, Token);
            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task DuplexStreaming_LargeMessages_PassBothWays()
    {
        var payload = ByteString.CopyFrom(new byte[300_000]);
        using var call = _client.Chat(cancellationToken: Token);
        var reading = Task.Run(
            async () =>
            {
                var count = 0;
                await foreach (var response in call.ResponseStream.ReadAllAsync(Token))
                    count += response.Payload.Length;
                return count;
            },
            Token);
        for (var i = 0; i < 40; i++)
            await call.RequestStream.WriteAsync(new EchoRequest { Payload = payload }, Token);
        await call.RequestStream.CompleteAsync();

        Assert.Equal(40 * 300_000, await reading);
    }

    [Fact]
    public async Task Metadata_TextAndBinary_TravelsBothWays()
    {
        _server.Echo.OnUnary = async (_, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "answer", context.RequestHeaders.GetValue("question")! } });
            context.ResponseTrailers.Add("bytes-bin", context.RequestHeaders.GetValueBytes("bytes-bin")!);
            context.ResponseTrailers.Add("twice", "a");
            context.ResponseTrailers.Add("twice", "b");
            return new EchoResponse();
        };
        var headers = new Metadata { { "question", "42" }, { "bytes-bin", [0, 255, 7] } };

        using var call = _client.UnaryAsync(new EchoRequest(), headers, cancellationToken: Token);
        await call;

        Assert.Equal("42", (await call.ResponseHeadersAsync).GetValue("answer"));
        Assert.Equal([0, 255, 7], call.GetTrailers().GetValueBytes("bytes-bin"));
        Assert.Equal(["a", "b"], call.GetTrailers().GetAll("twice").SelectMany(e => e.Value.Split(',', StringSplitOptions.TrimEntries)));
    }

    [Fact]
    public async Task Handler_RpcException_BecomesStatusAndTrailers()
    {
        _server.Echo.OnUnary = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "nö: 100 %\n"), new Metadata { { "why", "because" } });

        using var call = _client.UnaryAsync(new EchoRequest(), cancellationToken: Token);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("nö: 100 %\n", error.Status.Detail);
        Assert.Equal("because", error.Trailers.GetValue("why"));
        Assert.Equal(StatusCode.NotFound, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Handler_UnexpectedException_IsUnknownWithoutItsText()
    {
        _server.Echo.OnUnary = (_, _) => throw new InvalidOperationException("secret");

        var error = await Assert.ThrowsAsync<RpcException>(() => _client.UnaryAsync(new EchoRequest(), cancellationToken: Token).ResponseAsync);

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerStreaming_FailsAfterMessages_MessagesThenStatus()
    {
        _server.Echo.OnExpand = async (_, responses, _) =>
        {
            await responses.WriteAsync(new EchoResponse { Count = 1 });
            throw new RpcException(new Status(StatusCode.DataLoss, "lost"));
        };
        using var call = _client.Expand(new EchoRequest(), cancellationToken: Token);

        Assert.True(await call.ResponseStream.MoveNext(Token));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.DataLoss, error.StatusCode);
    }

    [Fact]
    public async Task Deadline_HandlerIgnoresIt_BothSidesEnd()
    {
        var released = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        _server.Echo.OnUnary = async (_, context) =>
        {
            context.CancellationToken.Register(cancelled.SetResult);
            Assert.True(context.Deadline > DateTime.UtcNow);
            await released.Task;
            return new EchoResponse();
        };

        var error = await Assert.ThrowsAsync<RpcException>(
            () => _client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(1), cancellationToken: Token).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        released.SetResult();
    }

    [Fact]
    public async Task Deadline_Past_FailsWithoutCallingTheServer()
    {
        var called = false;
        _server.Echo.OnUnary = (_, _) =>
        {
            called = true;
            return Task.FromResult(new EchoResponse());
        };

        var error = await Assert.ThrowsAsync<RpcException>(
            () => _client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(-1), cancellationToken: Token).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.False(called);
    }

    [Fact]
    public async Task Cancel_WhileServed_ServerSeesIt()
    {
        var cancelled = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        _server.Echo.OnExpand = async (_, responses, context) =>
        {
            context.CancellationToken.Register(cancelled.SetResult);
            await responses.WriteAsync(new EchoResponse());
            started.SetResult();
            await cancelled.Task;
        };
        using var source = new CancellationTokenSource();
        using var call = _client.Expand(new EchoRequest(), cancellationToken: source.Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);

        await source.CancelAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task Dispose_WhileServed_ServerSeesIt()
    {
        var cancelled = new TaskCompletionSource();
        _server.Echo.OnChat = async (requests, _, context) =>
        {
            context.CancellationToken.Register(cancelled.SetResult);
            await requests.MoveNext(CancellationToken.None);
            await cancelled.Task;
        };
        var call = _client.Chat(cancellationToken: Token);
        await call.RequestStream.WriteAsync(new EchoRequest(), Token);
        await Task.WhenAny(call.ResponseHeadersAsync, Task.CompletedTask);
        call.Dispose();

        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.RequestStream.WriteAsync(new EchoRequest(), Token));
    }

    [Fact]
    public async Task NoServer_IsUnavailable()
    {
        await _server.StopAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => _client.UnaryAsync(new EchoRequest(), cancellationToken: Token).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }
}
