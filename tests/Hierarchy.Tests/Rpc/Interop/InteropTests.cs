using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Hierarchy.Tests.Rpc.Interop;

/// <summary>The cases of gRPC's interop suite, each under its own name.</summary>
public sealed class InteropTests : IAsyncLifetime
{
    private static readonly Metadata Gzip = new() { { "grpc-internal-encoding-request", "gzip" } };
    private static readonly WriteOptions Plain = new(WriteFlags.NoCompress);

    private RpcServer _server = null!;
    private GrpcChannel _channel = null!;
    private TestService.TestServiceClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RpcServer.StartAsync(map: app => app.MapGrpcService<InteropEndpoint>());
        _channel = _server.Connect();
        _client = new TestService.TestServiceClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task EmptyUnary() => Assert.Equal(new Empty(), await _client.EmptyCallAsync(new Empty(), cancellationToken: Token));

    [Fact]
    public async Task LargeUnary()
    {
        var response = await _client.UnaryCallAsync(Large(), cancellationToken: Token);

        Assert.Equal(314159, response.Payload.Body.Length);
    }

    [Fact]
    public async Task CacheableUnary()
    {
        var headers = new Metadata { { "x-user-ip", "1.2.3.4" } };

        Assert.Equal(314159, (await _client.CacheableUnaryCallAsync(Large(), headers, cancellationToken: Token)).Payload.Body.Length);
    }

    [Fact]
    public async Task ClientStreaming()
    {
        using var call = _client.StreamingInputCall(cancellationToken: Token);
        foreach (var size in (int[])[27182, 8, 1828, 45904])
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) }, Token);
        await call.RequestStream.CompleteAsync();

        Assert.Equal(74922, (await call).AggregatedPayloadSize);
    }

    [Fact]
    public async Task ServerStreaming()
    {
        using var call = _client.StreamingOutputCall(Wanting(31415, 9, 2653, 58979), cancellationToken: Token);

        Assert.Equal([31415, 9, 2653, 58979], await call.ResponseStream.ReadAllAsync(Token).Select(r => r.Payload.Body.Length).ToListAsync(Token));
    }

    [Fact]
    public async Task PingPong()
    {
        using var call = _client.FullDuplexCall(cancellationToken: Token);
        foreach (var (sent, wanted) in ((int, int)[])[(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)])
        {
            var request = Wanting(wanted);
            request.Payload = Zeros(sent);
            await call.RequestStream.WriteAsync(request, Token);
            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.Equal(wanted, call.ResponseStream.Current.Payload.Body.Length);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task EmptyStream()
    {
        using var call = _client.FullDuplexCall(cancellationToken: Token);
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task ClientCompressedUnary()
    {
        var request = Large();
        request.ExpectCompressed = new BoolValue { Value = true };
        await FailsAsync(_client.UnaryCallAsync(request, cancellationToken: Token).ResponseAsync, StatusCode.InvalidArgument);

        Assert.Equal(314159, (await _client.UnaryCallAsync(request, Gzip, cancellationToken: Token)).Payload.Body.Length);
        request.ExpectCompressed.Value = false;
        Assert.Equal(314159, (await _client.UnaryCallAsync(request, cancellationToken: Token)).Payload.Body.Length);
    }

    [Fact]
    public async Task ClientCompressedStreaming()
    {
        using (var probe = _client.StreamingInputCall(cancellationToken: Token))
        {
            await probe.RequestStream.WriteAsync(
                new StreamingInputCallRequest { ExpectCompressed = new BoolValue { Value = true }, Payload = Zeros(27182) }, Token);
            await FailsAsync(probe.ResponseAsync, StatusCode.InvalidArgument);
        }

        using var call = _client.StreamingInputCall(Gzip, cancellationToken: Token);
        await call.RequestStream.WriteAsync(
            new StreamingInputCallRequest { ExpectCompressed = new BoolValue { Value = true }, Payload = Zeros(27182) }, Token);
        call.RequestStream.WriteOptions = Plain;
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = new BoolValue(), Payload = Zeros(45904) }, Token);
        await call.RequestStream.CompleteAsync();

        Assert.Equal(73086, (await call).AggregatedPayloadSize);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServerCompressedUnary(bool compressed)
    {
        var request = Large();
        request.ResponseCompressed = new BoolValue { Value = compressed };

        Assert.Equal(314159, (await _client.UnaryCallAsync(request, cancellationToken: Token)).Payload.Body.Length);
    }

    [Fact]
    public async Task ServerCompressedStreaming()
    {
        var request = Wanting(31415, 92653);
        request.ResponseParameters[0].Compressed = new BoolValue { Value = true };
        request.ResponseParameters[1].Compressed = new BoolValue { Value = false };
        using var call = _client.StreamingOutputCall(request, cancellationToken: Token);

        Assert.Equal([31415, 92653], await call.ResponseStream.ReadAllAsync(Token).Select(r => r.Payload.Body.Length).ToListAsync(Token));
    }

    [Fact]
    public async Task CancelAfterBegin()
    {
        using var source = new CancellationTokenSource();
        using var call = _client.StreamingInputCall(cancellationToken: source.Token);
        await source.CancelAsync();

        await FailsAsync(call.ResponseAsync, StatusCode.Cancelled);
    }

    [Fact]
    public async Task CancelAfterFirstResponse()
    {
        using var source = new CancellationTokenSource();
        using var call = _client.FullDuplexCall(cancellationToken: source.Token);
        await call.RequestStream.WriteAsync(Wanting(31415), Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        await source.CancelAsync();

        await FailsAsync(call.ResponseStream.MoveNext(Token), StatusCode.Cancelled);
    }

    [Fact]
    public async Task TimeoutOnSleepingServer()
    {
        using var call = _client.FullDuplexCall(deadline: DateTime.UtcNow.AddMilliseconds(1), cancellationToken: Token);
        try
        {
            await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = Zeros(27182) }, Token);
        }
        catch (RpcException)
        {
            // The deadline may be faster than the write.
        }

        await FailsAsync(call.ResponseStream.MoveNext(Token), StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task CustomMetadata()
    {
        var headers = new Metadata { { "x-grpc-test-echo-initial", "test_initial_metadata_value" }, { "x-grpc-test-echo-trailing-bin", [0xab, 0xab, 0xab] } };
        using (var unary = _client.UnaryCallAsync(Large(), headers, cancellationToken: Token))
        {
            await unary;
            Assert.Equal("test_initial_metadata_value", (await unary.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
            Assert.Equal([0xab, 0xab, 0xab], unary.GetTrailers().GetValueBytes("x-grpc-test-echo-trailing-bin"));
        }

        using var duplex = _client.FullDuplexCall(headers, cancellationToken: Token);
        await duplex.RequestStream.WriteAsync(Wanting(314159), Token);
        await duplex.RequestStream.CompleteAsync();
        Assert.True(await duplex.ResponseStream.MoveNext(Token));
        Assert.False(await duplex.ResponseStream.MoveNext(Token));
        Assert.Equal("test_initial_metadata_value", (await duplex.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
        Assert.Equal([0xab, 0xab, 0xab], duplex.GetTrailers().GetValueBytes("x-grpc-test-echo-trailing-bin"));
    }

    [Theory]
    [InlineData("test status message")]
    [InlineData("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")]
    public async Task StatusCodeAndSpecialMessage(string message)
    {
        var status = new EchoStatus { Code = 2, Message = message };
        var unary = await FailsAsync(
            _client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }, cancellationToken: Token).ResponseAsync, StatusCode.Unknown);
        Assert.Equal(message, unary.Status.Detail);

        using var call = _client.FullDuplexCall(cancellationToken: Token);
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status }, Token);
        await call.RequestStream.CompleteAsync();
        var duplex = await FailsAsync(call.ResponseStream.MoveNext(Token), StatusCode.Unknown);
        Assert.Equal(message, duplex.Status.Detail);
    }

    [Fact]
    public async Task UnimplementedMethod()
        => await FailsAsync(_client.UnimplementedCallAsync(new Empty(), cancellationToken: Token).ResponseAsync, StatusCode.Unimplemented);

    [Fact]
    public async Task UnimplementedServiceCase()
        => await FailsAsync(
            new UnimplementedService.UnimplementedServiceClient(_channel).UnimplementedCallAsync(new Empty(), cancellationToken: Token).ResponseAsync,
            StatusCode.Unimplemented);

    [Fact]
    public async Task RpcSoak()
    {
        for (var i = 0; i < 100; i++)
            Assert.Equal(314159, (await _client.UnaryCallAsync(Large(), cancellationToken: Token)).Payload.Body.Length);
    }

    private static SimpleRequest Large() => new() { ResponseSize = 314159, Payload = Zeros(271828) };

    private static StreamingOutputCallRequest Wanting(params int[] sizes)
        => new() { ResponseParameters = { sizes.Select(size => new ResponseParameters { Size = size }) } };

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static async Task<RpcException> FailsAsync(Task call, StatusCode expected)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(expected, error.StatusCode);
        return error;
    }
}
