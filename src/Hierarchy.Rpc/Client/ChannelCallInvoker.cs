using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Makes calls over a channel.</summary>
internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        var response = call.StartSingle(new UnaryContent<TRequest>(call, request, method.RequestMarshaller.ContextualSerializer));
        return new AsyncUnaryCall<TResponse>(response, Parts.Headers, Parts.Status, Parts.Trailers, Parts.Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        var reader = call.StartStream(new UnaryContent<TRequest>(call, request, method.RequestMarshaller.ContextualSerializer));
        return new AsyncServerStreamingCall<TResponse>(reader, Parts.Headers, Parts.Status, Parts.Trailers, Parts.Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        var content = new StreamContent(call, hasStreamOfResponses: false);
        var response = call.StartSingle(content);
        var writer = new RequestWriter<TRequest>(call, content, method.RequestMarshaller.ContextualSerializer);
        return new AsyncClientStreamingCall<TRequest, TResponse>(writer, response, Parts.Headers, Parts.Status, Parts.Trailers, Parts.Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        var content = new StreamContent(call, hasStreamOfResponses: true);
        var reader = call.StartStream(content);
        var writer = new RequestWriter<TRequest>(call, content, method.RequestMarshaller.ContextualSerializer);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(writer, reader, Parts.Headers, Parts.Status, Parts.Trailers, Parts.Dispose, call);
    }

    /// <summary>The delegates of all call objects: the call is their state, so that none is allocated per call.</summary>
    private static class Parts
    {
        public static readonly Func<object, Task<Metadata>> Headers = state => ((ClientCall)state).GetHeadersAsync();
        public static readonly Func<object, Status> Status = state => ((ClientCall)state).GetStatus();
        public static readonly Func<object, Metadata> Trailers = state => ((ClientCall)state).GetTrailers();
        public static readonly Action<object> Dispose = state => ((ClientCall)state).Dispose();
    }
}
