using Google.Protobuf;
using Grpc.Core;

namespace Hierarchy.Testing.Interop;

/// <summary>The server of gRPC's interop suite, as its test descriptions ask.</summary>
public sealed class InteropEndpoint : TestService.TestServiceBase
{
    private const string EchoInitial = "x-grpc-test-echo-initial";
    private const string EchoTrailing = "x-grpc-test-echo-trailing-bin";
    private const string ChooseEncoding = "grpc-internal-encoding-request";

    public override Task<Empty> EmptyCall(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        await BeginAsync(context, request.ResponseCompressed is { Value: true });
        CheckCompressed(request.ExpectCompressed, context);
        CheckStatus(request.ResponseStatus);
        return new SimpleResponse { Payload = Zeros(request.ResponseSize) };
    }

    public override Task<SimpleResponse> CacheableUnaryCall(SimpleRequest request, ServerCallContext context) => UnaryCall(request, context);

    public override async Task StreamingOutputCall(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        await BeginAsync(context, request.ResponseParameters.Any(p => p.Compressed is { Value: true }));
        await WriteAsync(request, responseStream, context);
        CheckStatus(request.ResponseStatus);
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        await BeginAsync(context, compresses: false);
        var response = new StreamingInputCallResponse();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            CheckCompressed(request.ExpectCompressed, context);
            response.AggregatedPayloadSize += request.Payload.Body.Length;
        }

        return response;
    }

    public override async Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await BeginAsync(context, compresses: false);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await WriteAsync(request, responseStream, context);
            CheckStatus(request.ResponseStatus);
        }
    }

    public override async Task HalfDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        var requests = await requestStream.ReadAllAsync(context.CancellationToken).ToListAsync(context.CancellationToken);
        foreach (var request in requests)
            await WriteAsync(request, responseStream, context);
    }

    private static async Task WriteAsync(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responses, ServerCallContext context)
    {
        foreach (var wanted in request.ResponseParameters)
        {
            if (wanted.IntervalUs > 0)
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMicroseconds(Math.Max(wanted.IntervalUs, 1000)));
                await timer.WaitForNextTickAsync(context.CancellationToken);
            }

            responses.WriteOptions = wanted.Compressed is { Value: true } ? null : new WriteOptions(WriteFlags.NoCompress);
            await responses.WriteAsync(new StreamingOutputCallResponse { Payload = Zeros(wanted.Size) }, context.CancellationToken);
        }
    }

    private static async Task BeginAsync(ServerCallContext context, bool compresses)
    {
        Metadata headers = [];
        if (context.RequestHeaders.Get(EchoInitial) is { } initial)
            headers.Add(initial);
        if (compresses)
            headers.Add(ChooseEncoding, "gzip");
        if (context.RequestHeaders.Get(EchoTrailing) is { } trailing)
            context.ResponseTrailers.Add(trailing);
        if (headers.Count > 0)
            await context.WriteResponseHeadersAsync(headers);
    }

    private static void CheckStatus(EchoStatus? wanted)
    {
        if (wanted is { Code: not 0 })
            throw new RpcException(new Status((StatusCode)wanted.Code, wanted.Message));
    }

    private static void CheckCompressed(BoolValue? expected, ServerCallContext context)
    {
        var encoding = context.GetHttpContext().Request.Headers.GrpcEncoding.ToString();
        if (expected is { Value: true } && (encoding.Length == 0 || encoding == "identity"))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The request was to be compressed and is not."));
    }

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
