using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>The rules of the wire that the server keeps, seen from outside with bytes of the test's own.</summary>
public sealed class ServerWireTests : IAsyncLifetime
{
    private const string Unary = "/hierarchy.tests.rpc.EchoService/Unary";
    private const string Collect = "/hierarchy.tests.rpc.EchoService/Collect";
    private const string Expand = "/hierarchy.tests.rpc.EchoService/Expand";
    private const string Chat = "/hierarchy.tests.rpc.EchoService/Chat";

    private static readonly byte[] Hello = Http2Wire.Message(new EchoRequest { Text = "hello" }.ToByteArray());

    private RpcServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RpcServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    [InlineData("application/grpc+proto; a=b")]
    [InlineData("Application/GRPC")]
    public async Task ContentType_OfGrpc_IsAccepted(string contentType)
    {
        var answer = await RawCall.SendAsync(_server.Address, Unary, Hello, contentType);

        Assert.Equal((200, "0"), (answer.HttpStatus, answer.Status));
        Assert.Equal("hello", EchoResponse.Parser.ParseFrom(answer.Body.AsSpan(5)).Text);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpcx")]
    [InlineData("application/grpc-web")]
    [InlineData(null)]
    public async Task ContentType_Other_Is415(string? contentType)
    {
        var answer = await RawCall.SendAsync(_server.Address, Unary, Hello, contentType);

        Assert.Equal(415, answer.HttpStatus);
    }

    [Fact]
    public async Task Unknown_ServiceAndMethod_AreUnimplementedWithDistinctMessages()
    {
        var service = await RawCall.SendAsync(_server.Address, "/no.Such/Unary", Hello);
        var method = await RawCall.SendAsync(_server.Address, "/hierarchy.tests.rpc.EchoService/NoSuch", Hello);

        Assert.Equal((200, "12", true), (service.HttpStatus, service.Status, service.IsTrailersOnly));
        Assert.Equal((200, "12", true), (method.HttpStatus, method.Status, method.IsTrailersOnly));
        Assert.NotEqual(service.Message, method.Message);
    }

    [Fact]
    public async Task Error_BeforeAnyMessage_IsOneHeadersFrame()
    {
        _server.Echo.OnUnary = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "größer %"));
        await using var wire = await Http2Wire.ConnectAsync(_server.Address);
        await wire.SendCallAsync(1, Unary);
        await wire.SendAsync(Http2Wire.Data, Http2Wire.EndStream, 1, Hello);

        var frame = Assert.Single(await wire.ReadStreamAsync(1));

        Assert.Equal(Http2Wire.Headers, frame.Type);
        Assert.True(frame.Ends);
        Assert.Contains("gr%C3%B6%C3%9Fer %25", frame.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_SplitIntoSingleBytes_IsPutTogether()
    {
        await using var wire = await Http2Wire.ConnectAsync(_server.Address);
        await wire.SendCallAsync(1, Unary);
        for (var i = 0; i < Hello.Length; i++)
            await wire.SendAsync(Http2Wire.Data, i == Hello.Length - 1 ? Http2Wire.EndStream : (byte)0, 1, Hello.AsMemory(i, 1));

        var frames = await wire.ReadStreamAsync(1);

        Assert.Contains(frames, f => f.Type == Http2Wire.Data && f.Payload.Length > 5);
        Assert.Contains("grpc-status", frames[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_PackedIntoOneFrame_AreTakenApart()
    {
        byte[] three = [.. Hello, .. Hello, .. Hello];

        var answer = await RawCall.SendAsync(_server.Address, Collect, three);

        Assert.Equal(3, EchoResponse.Parser.ParseFrom(answer.Body.AsSpan(5)).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Unary_EmptyOrTruncatedBody_IsInternal(int length)
    {
        var answer = await RawCall.SendAsync(_server.Address, Unary, Hello[..length]);

        Assert.Equal("13", answer.Status);
    }

    [Fact]
    public async Task Unary_SecondMessage_IsInternal()
    {
        var answer = await RawCall.SendAsync(_server.Address, Unary, [.. Hello, .. Hello]);

        Assert.Equal("13", answer.Status);
    }

    [Fact]
    public async Task ClientStreaming_TruncatedSecondMessage_IsInternal()
    {
        var answer = await RawCall.SendAsync(_server.Address, Collect, [.. Hello, .. Hello[..7]]);

        Assert.Equal("13", answer.Status);
    }

    [Theory]
    [InlineData((4 * 1024 * 1024) + 1)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x80000000)]
    public async Task Prefix_AboveTheLimit_IsRefusedWithoutTheMessage(uint length)
    {
        Runtime.KeepsMoreThanOfficial();
        var prefix = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), length);
        foreach (var path in (string[])[Unary, Collect])
        {
            await using var wire = await Http2Wire.ConnectAsync(_server.Address);
            await wire.SendCallAsync(1, path);
            await wire.SendAsync(Http2Wire.Data, 0, 1, prefix);

            var frames = await wire.ReadStreamAsync(1);

            Assert.Contains("Received message exceeds", frames[0].Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Flag_Reserved_IsInternal()
    {
        Runtime.KeepsMoreThanOfficial();
        var answer = await RawCall.SendAsync(_server.Address, Unary, Http2Wire.Message([], flag: 2));

        Assert.Equal("13", answer.Status);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Compression_OfTheRequest_IsUndone(string encoding)
    {
        var body = Http2Wire.Message(Compress(encoding, new EchoRequest { Text = new string('a', 10_000) }.ToByteArray()), flag: 1);

        var answer = await RawCall.SendAsync(_server.Address, Unary, body, headers: ("grpc-encoding", encoding));

        Assert.Equal("0", answer.Status);
        Assert.Equal(10_000, EchoResponse.Parser.ParseFrom(answer.Body.AsSpan(5)).Text.Length);
    }

    [Fact]
    public async Task Compression_Unknown_IsUnimplementedAndTellsWhatIsKnown()
    {
        Runtime.KeepsMoreThanOfficial();
        var answer = await RawCall.SendAsync(_server.Address, Unary, Hello, headers: ("grpc-encoding", "snappy"));

        Assert.Equal("12", answer.Status);
        Assert.Contains("gzip", answer.Headers["grpc-accept-encoding"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compression_Corrupt_IsInternal()
    {
        Runtime.KeepsMoreThanOfficial();
        var body = Http2Wire.Message([1, 2, 3, 4, 5, 6, 7, 8], flag: 1);

        var answer = await RawCall.SendAsync(_server.Address, Unary, body, headers: ("grpc-encoding", "gzip"));

        Assert.Equal("13", answer.Status);
    }

    [Fact]
    public async Task Compression_FlagWithoutEncoding_IsInternal()
    {
        var answer = await RawCall.SendAsync(_server.Address, Unary, Http2Wire.Message([1, 2, 3], flag: 1));

        Assert.Equal("13", answer.Status);
    }

    [Fact]
    public async Task Compression_Bomb_IsResourceExhausted()
    {
        Runtime.KeepsMoreThanOfficial();
        var body = Http2Wire.Message(Compress("gzip", new byte[64 * 1024 * 1024]), flag: 1);

        var answer = await RawCall.SendAsync(_server.Address, Unary, body, headers: ("grpc-encoding", "gzip"));

        Assert.Equal("8", answer.Status);
    }

    [Fact]
    public async Task Compression_OfTheResponse_WhereTheClientAcceptsIt()
    {
        await using var server = await RpcServer.StartAsync(o => o.ResponseCompressionAlgorithm = "gzip");

        var plain = await RawCall.SendAsync(server.Address, Unary, Hello);
        var zipped = await RawCall.SendAsync(server.Address, Unary, Hello, headers: ("grpc-accept-encoding", "identity, gzip"));

        Assert.Equal(0, plain.Body[0]);
        Assert.Equal(1, zipped.Body[0]);
        Assert.Equal("gzip", zipped.Headers["grpc-encoding"]);
        using var stream = new GZipStream(new MemoryStream(zipped.Body[5..]), CompressionMode.Decompress);
        Assert.Equal("hello", EchoResponse.Parser.ParseFrom(stream).Text);
    }

    [Fact]
    public async Task Deadline_Passed_IsAnsweredWhileTheHandlerSleeps()
    {
        var release = new TaskCompletionSource();
        _server.Echo.OnUnary = async (_, _) =>
        {
            await release.Task;
            return new EchoResponse();
        };

        var answer = await RawCall.SendAsync(_server.Address, Unary, Hello, headers: ("grpc-timeout", "50m"));

        Assert.Equal("4", answer.Status);
        release.SetResult();
    }

    [Fact]
    public async Task Deadline_PassedAmidTheStream_EndsItWhateverTheHandlerDoes()
    {
        var refused = new TaskCompletionSource<Exception>();
        _server.Echo.OnExpand = async (_, responses, _) =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            try
            {
                while (true)
                {
                    await responses.WriteAsync(new EchoResponse());
                    await timer.WaitForNextTickAsync();
                }
            }
            catch (Exception ex)
            {
                refused.SetResult(ex);
                throw;
            }
        };

        var answer = await RawCall.SendAsync(_server.Address, Expand, Hello, headers: ("grpc-timeout", "100m"));

        Assert.Equal(("4", false), (answer.Status, answer.IsTrailersOnly));
        await refused.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task Deadline_PassedInsideAWriteThatIsNotBlocked_IsAnswered()
    {
        Runtime.KeepsMoreThanOfficial();
        _server.Echo.OnExpand = async (_, responses, context) =>
        {
            var passed = new TaskCompletionSource();
            await using var registration = context.CancellationToken.Register(passed.SetResult);
            context.GetHttpContext().Response.OnStarting(() => passed.Task);
            await responses.WriteAsync(new EchoResponse());
        };

        var answer = await RawCall.SendAsync(_server.Address, Expand, Hello, headers: ("grpc-timeout", "100m"));

        Assert.Equal(("4", false), (answer.Status, answer.IsTrailersOnly));
    }

    [Fact]
    public async Task Deadline_PassedWhileTheWriterIsBlocked_ResetsTheStream()
    {
        var payload = ByteString.CopyFrom(new byte[100_000]);
        var ended = new TaskCompletionSource();
        _server.Echo.OnExpand = async (_, responses, _) =>
        {
            try
            {
                while (true)
                    await responses.WriteAsync(new EchoResponse { Payload = payload });
            }
            finally
            {
                ended.SetResult();
            }
        };
        await using var wire = await Http2Wire.ConnectAsync(_server.Address, opensWindow: false);
        await wire.SendCallAsync(1, Expand, ("grpc-timeout", "300m"));
        await wire.SendAsync(Http2Wire.Data, Http2Wire.EndStream, 1, Hello);

        var frames = await wire.ReadStreamAsync(1);

        Assert.Equal((Http2Wire.Reset, 8), (frames[^1].Type, frames[^1].ResetCode));
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("123456789m")]
    [InlineData("5 m")]
    [InlineData("5x")]
    public async Task Deadline_Malformed_IsInternal(string timeout)
    {
        Runtime.KeepsMoreThanOfficial();
        var answer = await RawCall.SendAsync(_server.Address, Unary, Hello, headers: ("grpc-timeout", timeout));

        Assert.Equal("13", answer.Status);
    }

    [Fact]
    public async Task Reset_ByTheClient_CancelsTheToken()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        _server.Echo.OnChat = async (_, _, context) =>
        {
            context.CancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await cancelled.Task;
        };
        await using var wire = await Http2Wire.ConnectAsync(_server.Address);
        await wire.SendCallAsync(1, Chat);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);

        await wire.SendAsync(Http2Wire.Reset, 0, 1, new byte[] { 0, 0, 0, 8 });

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task Completion_BeforeTheEndOfTheRequest_ResetsWithNoError()
    {
        _server.Echo.OnChat = (_, responses, _) => responses.WriteAsync(new EchoResponse { Text = "done" });
        await using var wire = await Http2Wire.ConnectAsync(_server.Address);
        await wire.SendCallAsync(1, Chat);
        await wire.SendAsync(Http2Wire.Data, 0, 1, Hello);

        var frames = await wire.ReadStreamAsync(1);
        Assert.True(frames[^1].Ends);
        Assert.Contains("grpc-status", frames[^1].Text, StringComparison.Ordinal);
        var reset = await wire.ReadAsync();
        Assert.Equal((Http2Wire.Reset, 0), (reset!.Type, reset.ResetCode));
    }

    [Fact]
    public async Task BinaryHeaders_PaddedUnpaddedAndLists_AreRead()
    {
        Runtime.KeepsMoreThanOfficial();
        byte[][] found = [];
        _server.Echo.OnUnary = (_, context) =>
        {
            found = [.. context.RequestHeaders.GetAll("a-bin").Select(e => e.ValueBytes)];
            return Task.FromResult(new EchoResponse());
        };

        var answer = await RawCall.SendAsync(_server.Address, Unary, Hello, headers: [("a-bin", "AQ=="), ("a-bin", "AQI"), ("a-bin", "AQID,BA")]);

        Assert.Equal("0", answer.Status);
        Assert.Equal([[1], [1, 2], [1, 2, 3], [4]], found);
    }

    [Fact]
    public async Task Writer_ClientThatStopsReading_StopsAndMemoryStaysFlat()
    {
        var written = 0;
        var payload = ByteString.CopyFrom(new byte[10_000]);
        _server.Echo.OnExpand = async (_, responses, context) =>
        {
            while (!context.CancellationToken.IsCancellationRequested)
            {
                await responses.WriteAsync(new EchoResponse { Payload = payload });
                Interlocked.Increment(ref written);
            }
        };
        await using var wire = await Http2Wire.ConnectAsync(_server.Address, opensWindow: false);
        await wire.SendCallAsync(1, Expand);
        await wire.SendAsync(Http2Wire.Data, Http2Wire.EndStream, 1, Hello);

        var last = await Eventually.SettlesAsync(() => Volatile.Read(ref written));

        Assert.InRange(last, 1, 100);
    }

    [Fact]
    public async Task Protocol_Http1_IsRefusedWithUpgradeRequired()
    {
        await using var server = await RpcServer.StartAsync(listenHttp1: true);
        using var client = new HttpClient();
        using var content = new ByteArrayContent(Hello);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");

        using var response = await client.PostAsync(new Uri(server.Address, Unary), content, Token);

        Assert.Equal(426, (int)response.StatusCode);
    }

    [Fact]
    public async Task Stop_WithACallInFlight_LetsItEnd()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _server.Echo.OnUnary = async (_, _) =>
        {
            started.SetResult();
            await release.Task;
            return new EchoResponse { Text = "finished" };
        };
        using var channel = _server.Connect();
        using var call = new EchoService.EchoServiceClient(channel).UnaryAsync(new EchoRequest(), cancellationToken: Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);

        var stop = _server.StopAsync();
        release.SetResult();

        Assert.Equal("finished", (await call).Text);
        await stop;
    }

    private static byte[] Compress(string encoding, byte[] bytes)
    {
        using var target = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(target, CompressionLevel.Fastest) : new ZLibStream(target, CompressionLevel.Fastest))
            stream.Write(bytes);
        return target.ToArray();
    }
}
