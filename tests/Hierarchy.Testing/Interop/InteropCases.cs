using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Hierarchy.Testing.Interop;

/// <summary>The cases of gRPC's interop suite from the client's side, as the suite's descriptions ask. A case that does not go so throws.</summary>
internal sealed class InteropCases(GrpcChannel channel, int soakIterations, CancellationToken cancellationToken)
{
    private const int LargeRequest = 271828;
    private const int LargeResponse = 314159;
    private const string EchoInitial = "x-grpc-test-echo-initial";
    private const string EchoTrailing = "x-grpc-test-echo-trailing-bin";

    private static readonly Dictionary<string, Func<InteropCases, Task>> All = new(StringComparer.Ordinal)
    {
        ["empty_unary"] = c => c.EmptyUnaryAsync(),
        ["large_unary"] = c => c.LargeUnaryAsync(c._client),
        ["cacheable_unary"] = c => c.CacheableUnaryAsync(),
        ["client_streaming"] = c => c.ClientStreamingAsync(),
        ["server_streaming"] = c => c.ServerStreamingAsync(),
        ["ping_pong"] = c => c.PingPongAsync(),
        ["empty_stream"] = c => c.EmptyStreamAsync(),
        ["client_compressed_unary"] = c => c.ClientCompressedUnaryAsync(),
        ["client_compressed_streaming"] = c => c.ClientCompressedStreamingAsync(),
        ["server_compressed_unary"] = c => c.ServerCompressedUnaryAsync(),
        ["server_compressed_streaming"] = c => c.ServerCompressedStreamingAsync(),
        ["cancel_after_begin"] = c => c.CancelAfterBeginAsync(),
        ["cancel_after_first_response"] = c => c.CancelAfterFirstResponseAsync(),
        ["timeout_on_sleeping_server"] = c => c.TimeoutOnSleepingServerAsync(),
        ["custom_metadata"] = c => c.CustomMetadataAsync(),
        ["status_code_and_message"] = c => c.StatusCodeAndMessageAsync(),
        ["special_status_message"] = c => c.SpecialStatusMessageAsync(),
        ["unimplemented_method"] = c => c.FailsAsync(c._client.UnimplementedCallAsync(new Empty(), c.Options()).ResponseAsync, StatusCode.Unimplemented),
        ["unimplemented_service"] = c => c.UnimplementedServiceAsync(),
        ["rpc_soak"] = c => c.RpcSoakAsync(),
        ["channel_soak"] = c => c.ChannelSoakAsync(),
    };

    private readonly TestService.TestServiceClient _client = new(channel);

    /// <summary>The suite's names of the cases.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    public Task RunAsync(string name) => All[name](this);

    private async Task EmptyUnaryAsync() => Same(new Empty(), await _client.EmptyCallAsync(new Empty(), Options()));

    private async Task LargeUnaryAsync(TestService.TestServiceClient client) => Same(LargeResponse, Size(await client.UnaryCallAsync(Large(), Options())));

    private async Task CacheableUnaryAsync()
        => Same(LargeResponse, Size(await _client.CacheableUnaryCallAsync(Large(), Options(new Metadata { { "x-user-ip", "1.2.3.4" } }))));

    private async Task ClientStreamingAsync()
    {
        using var call = _client.StreamingInputCall(Options());
        foreach (var size in (int[])[27182, 8, 1828, 45904])
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        Same(74922, (await call).AggregatedPayloadSize);
    }

    private async Task ServerStreamingAsync()
    {
        using var call = _client.StreamingOutputCall(Wanting(31415, 9, 2653, 58979), Options());
        await ExpectAsync(call.ResponseStream, 31415, 9, 2653, 58979);
    }

    private async Task PingPongAsync()
    {
        using var call = _client.FullDuplexCall(Options());
        foreach (var (sent, wanted) in ((int, int)[])[(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)])
        {
            var request = Wanting(wanted);
            request.Payload = Zeros(sent);
            await call.RequestStream.WriteAsync(request, cancellationToken);
            Same(true, await call.ResponseStream.MoveNext(cancellationToken));
            Same(wanted, call.ResponseStream.Current.Payload.Body.Length);
        }

        await call.RequestStream.CompleteAsync();
        Same(false, await call.ResponseStream.MoveNext(cancellationToken));
    }

    private async Task EmptyStreamAsync()
    {
        using var call = _client.FullDuplexCall(Options());
        await call.RequestStream.CompleteAsync();
        Same(false, await call.ResponseStream.MoveNext(cancellationToken));
        Same(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task ClientCompressedUnaryAsync()
    {
        var request = Large();
        request.ExpectCompressed = new BoolValue { Value = true };
        // A server that cannot tell would pass the rest without looking.
        await FailsAsync(_client.UnaryCallAsync(request, Options()).ResponseAsync, StatusCode.InvalidArgument);
        Same(LargeResponse, Size(await _client.UnaryCallAsync(request, Options(Gzip()))));
        request.ExpectCompressed.Value = false;
        Same(LargeResponse, Size(await _client.UnaryCallAsync(request, Options())));
    }

    private async Task ClientCompressedStreamingAsync()
    {
        var first = new StreamingInputCallRequest { ExpectCompressed = new BoolValue { Value = true }, Payload = Zeros(27182) };
        using (var probe = _client.StreamingInputCall(Options()))
        {
            await probe.RequestStream.WriteAsync(first, cancellationToken);
            await FailsAsync(probe.ResponseAsync, StatusCode.InvalidArgument);
        }

        using var call = _client.StreamingInputCall(Options(Gzip()));
        await call.RequestStream.WriteAsync(first, cancellationToken);
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = new BoolValue(), Payload = Zeros(45904) }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        Same(73086, (await call).AggregatedPayloadSize);
    }

    private async Task ServerCompressedUnaryAsync()
    {
        foreach (var compressed in (bool[])[true, false])
        {
            var request = Large();
            request.ResponseCompressed = new BoolValue { Value = compressed };
            Same(LargeResponse, Size(await _client.UnaryCallAsync(request, Options())));
        }
    }

    private async Task ServerCompressedStreamingAsync()
    {
        var request = Wanting(31415, 92653);
        request.ResponseParameters[0].Compressed = new BoolValue { Value = true };
        request.ResponseParameters[1].Compressed = new BoolValue { Value = false };
        using var call = _client.StreamingOutputCall(request, Options());
        await ExpectAsync(call.ResponseStream, 31415, 92653);
    }

    private async Task CancelAfterBeginAsync()
    {
        using var source = new CancellationTokenSource();
        using var call = _client.StreamingInputCall(cancellationToken: source.Token);
        await source.CancelAsync();
        await FailsAsync(call.ResponseAsync, StatusCode.Cancelled);
    }

    private async Task CancelAfterFirstResponseAsync()
    {
        using var source = new CancellationTokenSource();
        using var call = _client.FullDuplexCall(cancellationToken: source.Token);
        var request = Wanting(31415);
        request.Payload = Zeros(27182);
        await call.RequestStream.WriteAsync(request, cancellationToken);
        Same(true, await call.ResponseStream.MoveNext(cancellationToken));
        await source.CancelAsync();
        await FailsAsync(call.ResponseStream.MoveNext(cancellationToken), StatusCode.Cancelled);
    }

    private async Task TimeoutOnSleepingServerAsync()
    {
        using var call = _client.FullDuplexCall(Options().WithDeadline(DateTime.UtcNow.AddMilliseconds(1)));
        try
        {
            await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = Zeros(27182) }, cancellationToken);
        }
        catch (RpcException)
        {
            // The deadline may be faster than the write.
        }

        await FailsAsync(call.ResponseStream.MoveNext(cancellationToken), StatusCode.DeadlineExceeded);
    }

    private async Task CustomMetadataAsync()
    {
        byte[] trailing = [0xab, 0xab, 0xab];
        var headers = new Metadata { { EchoInitial, "test_initial_metadata_value" }, { EchoTrailing, trailing } };
        using (var unary = _client.UnaryCallAsync(Large(), Options(headers)))
        {
            await unary;
            Check(await unary.ResponseHeadersAsync, unary.GetTrailers());
        }

        using var duplex = _client.FullDuplexCall(Options(headers));
        var request = Wanting(LargeResponse);
        request.Payload = Zeros(LargeRequest);
        await duplex.RequestStream.WriteAsync(request, cancellationToken);
        await duplex.RequestStream.CompleteAsync();
        Same(true, await duplex.ResponseStream.MoveNext(cancellationToken));
        Same(false, await duplex.ResponseStream.MoveNext(cancellationToken));
        Check(await duplex.ResponseHeadersAsync, duplex.GetTrailers());

        void Check(Metadata initial, Metadata last)
        {
            Same("test_initial_metadata_value", initial.GetValue(EchoInitial));
            Same(Convert.ToHexString(trailing), Convert.ToHexString(last.GetValueBytes(EchoTrailing) ?? []));
        }
    }

    private async Task StatusCodeAndMessageAsync()
    {
        var status = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "test status message" };
        Same(status.Message, await FailsAsync(_client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }, Options()).ResponseAsync, StatusCode.Unknown));
        using var call = _client.FullDuplexCall(Options());
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        Same(status.Message, await FailsAsync(call.ResponseStream.MoveNext(cancellationToken), StatusCode.Unknown));
    }

    private async Task SpecialStatusMessageAsync()
    {
        var status = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n" };
        Same(status.Message, await FailsAsync(_client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }, Options()).ResponseAsync, StatusCode.Unknown));
    }

    private async Task UnimplementedServiceAsync()
        => await FailsAsync(new UnimplementedService.UnimplementedServiceClient(channel).UnimplementedCallAsync(new Empty(), Options()).ResponseAsync, StatusCode.Unimplemented);

    private async Task RpcSoakAsync()
    {
        for (var i = 0; i < soakIterations; i++)
            await LargeUnaryAsync(_client);
    }

    private async Task ChannelSoakAsync()
    {
        for (var i = 0; i < soakIterations; i++)
        {
            using var own = GrpcChannel.ForAddress((channel.Target.Contains("://", StringComparison.Ordinal) ? "" : "http://") + channel.Target);
            await LargeUnaryAsync(new TestService.TestServiceClient(own));
        }
    }

    private CallOptions Options(Metadata? headers = null) => new(headers, cancellationToken: cancellationToken);

    private async Task<string> FailsAsync(Task call, StatusCode expected)
    {
        try
        {
            await call.WaitAsync(cancellationToken);
        }
        catch (RpcException error) when (error.StatusCode == expected)
        {
            return error.Status.Detail;
        }

        throw new InteropException($"The call was to fail with {expected} and succeeded.");
    }

    private async Task ExpectAsync(IAsyncStreamReader<StreamingOutputCallResponse> responses, params int[] sizes)
    {
        List<int> got = [];
        await foreach (var response in responses.ReadAllAsync(cancellationToken))
            got.Add(response.Payload.Body.Length);
        Same(string.Join(", ", sizes), string.Join(", ", got));
    }

    private static void Same<T>(T expected, T got, [CallerArgumentExpression(nameof(got))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, got)) throw new InteropException($"{what}: {expected} was expected and {got} came.");
    }

    private static Metadata Gzip() => new() { { "grpc-internal-encoding-request", "gzip" } };

    private static int Size(SimpleResponse response) => response.Payload.Body.Length;

    private static SimpleRequest Large() => new() { ResponseSize = LargeResponse, Payload = Zeros(LargeRequest) };

    private static StreamingOutputCallRequest Wanting(params int[] sizes) => new() { ResponseParameters = { sizes.Select(size => new ResponseParameters { Size = size }) } };

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
