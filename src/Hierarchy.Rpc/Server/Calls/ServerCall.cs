using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Internal;
using Grpc.Net.Compression;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>One call on the server: headers, deadline, cancellation, status.</summary>
internal sealed partial class ServerCall : ServerCallContext, IServerCallContextFeature, IAsyncDisposable
{
    public const int ResetNoError = 0;
    public const int ResetInternal = 2;
    public const int ResetCancel = 8;

    private static readonly AuthContext Unauthenticated = new(null, []);

    private readonly MethodSettings _method;

    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Status _status;
    private AuthContext? _authContext;
    private DeadlineState? _deadline;
    private bool _headersSent;

    public ServerCall(HttpContext context, MethodSettings method)
    {
        HttpContext = context;
        _method = method;
        Input = new RequestInput(this, context.Request.BodyReader);
        Output = new ResponseOutput(this, context.Response.BodyWriter);
    }

    public HttpContext HttpContext { get; }

    public ServiceSettings Settings => _method.Service;

    public RequestInput Input { get; }

    public ResponseOutput Output { get; }

    ServerCallContext IServerCallContextFeature.ServerCallContext => this;

    protected override string MethodCore => _method.Method.FullName;

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore
    {
        get
        {
            var connection = HttpContext.Connection;
            return connection.RemoteIpAddress?.AddressFamily switch
            {
                AddressFamily.InterNetwork => $"ipv4:{connection.RemoteIpAddress}:{connection.RemotePort}",
                AddressFamily.InterNetworkV6 => $"ipv6:[{connection.RemoteIpAddress}]:{connection.RemotePort}",
                _ => "unknown",
            };
        }
    }

    protected override DateTime DeadlineCore => _deadline?.Time ?? DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= RequestHeaderReader.Read(HttpContext.Request.Headers);

    protected override CancellationToken CancellationTokenCore => _deadline?.Cancellation.Token ?? HttpContext.RequestAborted;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore
    {
        get => _status;
        set => _status = value;
    }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore
        => _authContext ??= HttpContext.Connection.ClientCertificate is { } certificate ? PeerIdentity.FromCertificate(certificate) : Unauthenticated;

    /// <summary>Reads the headers that steer the call. Returns the status to answer with if they cannot be accepted.</summary>
    public Status? Start()
    {
        HttpContext.Features.Set<IServerCallContextFeature>(this);
        var request = HttpContext.Request.Headers;
        var response = HttpContext.Response;
        response.ContentType = GrpcHeaders.ContentType;

        var encoding = request.GrpcEncoding.ToString();
        if (encoding.Length > 0 && encoding != GrpcHeaders.Identity)
        {
            if (!Settings.Compression.TryGetValue(encoding, out var provider))
            {
                response.Headers.GrpcAcceptEncoding = Settings.AcceptEncoding;
                return MessageErrors.UnsupportedEncoding(encoding);
            }

            Input.Encoding = provider;
        }

        if (Settings.ResponseCompression is { } compression)
            ChooseEncoding(compression);

        var timeout = request.GrpcTimeout;
        if (timeout.Count > 0)
        {
            if (!GrpcTimeout.TryDecode(timeout.ToString(), out var duration))
                return new Status(StatusCode.Internal, "The grpc-timeout header is not a timeout: at most eight digits and one of H, M, S, m, u, n.");
            StartDeadline(duration);
        }

        return null;
    }

    /// <summary>Sends the response headers into the pipe, at most once.</summary>
    public Task StartResponseAsync()
    {
        if (_headersSent)
            return Task.CompletedTask;
        _headersSent = true;
        return HttpContext.Response.StartAsync();
    }

    /// <summary>Ends the call with a status, unless its deadline has ended it.</summary>
    public void End(Status status)
    {
        if (!Output.TryEnd(isOverdue: false))
            return;
        WriteStatus(status, _responseTrailers);
    }

    /// <summary>Ends the call with the status that an exception stands for.</summary>
    public void EndWithError(Exception exception)
    {
        switch (exception)
        {
            case RpcException rpc:
                Log.EndedWithStatus(_method.Logger, _method.Method.FullName, rpc.StatusCode, rpc.Status.Detail, rpc.Status.DebugException);
                foreach (var entry in rpc.Trailers)
                    ResponseTrailers.Add(entry);
                _status = rpc.Status;
                break;
            // The read that fails with the connection may come back before the call's token is cancelled.
            case OperationCanceledException or IOException when CancellationTokenCore.IsCancellationRequested:
            case IOException { InnerException: ConnectionAbortedException or ConnectionResetException }:
                Log.Cancelled(_method.Logger, _method.Method.FullName);
                _status = new Status(StatusCode.Cancelled, "The call was cancelled.");
                break;
            default:
                Log.Failed(_method.Logger, _method.Method.FullName, exception);
                var detail = Settings.DetailedErrors
                    ? $"Exception was thrown by handler. {Describe(exception)}"
                    : "Exception was thrown by handler.";
                _status = new Status(StatusCode.Unknown, detail, exception);
                break;
        }

        End(_status);
    }

    /// <summary>Lets go of everything that belongs to the call, when the handler has returned.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_deadline is { } deadline)
        {
            await deadline.Timer!.DisposeAsync(); // made with the state
            if (deadline.Answer is { } answer)
                await answer;
            await deadline.AbortRegistration.DisposeAsync();
            deadline.Cancellation.Dispose();
        }

        Input.Close();
    }

    /// <summary>Why a read or a write cannot go on.</summary>
    public Exception WhyOver()
        => CancellationTokenCore.IsCancellationRequested
            ? new OperationCanceledException(_deadline is { IsExceeded: true } ? "The deadline of the call has passed." : "The call was cancelled by the client.", CancellationTokenCore)
            : new InvalidOperationException("The call has ended.");

    public void ThrowIfOver()
    {
        if (_deadline is { IsExceeded: true } || HttpContext.RequestAborted.IsCancellationRequested)
            throw WhyOver();
    }

    /// <summary>Ends the call with the status of a passed deadline. Only for whoever closed the gate, after the deadline.</summary>
    public void AnswerDeadline() => _deadline!.Answer = AnswerDeadlineAsync(); // there was one that passed

    /// <summary>Resets the HTTP/2 stream.</summary>
    public void Reset(int code)
    {
        if (HttpContext.Features.Get<IHttpResetFeature>() is { } feature)
            feature.Reset(code);
        else
            HttpContext.Abort();
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        return Output.ExclusiveAsync(async () =>
        {
            if (_headersSent)
                throw new InvalidOperationException("Response headers can only be sent once per call.");
            foreach (var entry in responseHeaders)
            {
                if (entry.Key == GrpcHeaders.InternalEncodingRequest)
                    ChooseEncoding(entry.Value);
                else
                    Append(HttpContext.Response.Headers, entry);
            }

            await StartResponseAsync();
            await HttpContext.Response.BodyWriter.FlushAsync();
        });
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options)
    {
        options ??= ContextPropagationOptions.Default;
        return new CallPropagationToken(
            options.IsPropagateDeadline ? _deadline?.Time : null,
            options.IsPropagateCancellation ? CancellationTokenCore : CancellationToken.None);
    }

    private static string Describe(Exception exception)
        => exception.InnerException is { } inner
            ? $"{exception.GetType().Name}: {exception.Message} {Describe(inner)}"
            : $"{exception.GetType().Name}: {exception.Message}";

    private static void Append(IHeaderDictionary headers, Metadata.Entry entry)
    {
        var value = entry.IsBinary ? BinaryHeader.Encode(entry.Bytes) : entry.Value;
        headers[entry.Key] = headers.TryGetValue(entry.Key, out var present)
            ? Microsoft.Extensions.Primitives.StringValues.Concat(present, value)
            : value;
    }

    private void ChooseEncoding(string name)
    {
        if (name == GrpcHeaders.Identity)
        {
            Output.Encoding = null;
            HttpContext.Response.Headers.Remove(GrpcHeaders.Encoding);
        }
        else if (Settings.Compression.TryGetValue(name, out var provider))
        {
            ChooseEncoding(provider);
        }
    }

    private void ChooseEncoding(ICompressionProvider provider)
    {
        if (!Accepts(HttpContext.Request.Headers.GrpcAcceptEncoding.ToString(), provider.EncodingName))
            return;
        Output.Encoding = provider;
        HttpContext.Response.Headers.GrpcEncoding = provider.EncodingName;
    }

    private static bool Accepts(ReadOnlySpan<char> list, ReadOnlySpan<char> name)
    {
        foreach (var part in list.Split(','))
        {
            if (list[part].Trim(' ').SequenceEqual(name))
                return true;
        }

        return false;
    }

    private void WriteStatus(Status status, Metadata? trailers)
    {
        var response = HttpContext.Response;
        // Without a message so far the status goes into the headers: one HEADERS frame is the whole answer.
        IHeaderDictionary? destination = response.Headers;
        if (response.HasStarted)
            destination = HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        if (destination is null or { IsReadOnly: true })
            return;
        if (trailers is not null)
        {
            foreach (var entry in trailers)
                Append(destination, entry);
        }

        destination.GrpcStatus = GrpcHeaders.CodeText(status.StatusCode);
        if (!string.IsNullOrEmpty(status.Detail))
            destination.GrpcMessage = PercentEncoding.Encode(status.Detail);
    }

    private void StartDeadline(TimeSpan timeout)
    {
        var deadline = _deadline = new DeadlineState(_method.Time.GetUtcNow().UtcDateTime + timeout);
        deadline.AbortRegistration = HttpContext.RequestAborted.UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), deadline.Cancellation);
        deadline.Timer = _method.Time.CreateTimer(static state => ((ServerCall)state!).ExceedDeadline(), this, GrpcTimeout.ForTimer(timeout), Timeout.InfiniteTimeSpan);
    }

    private void ExceedDeadline()
    {
        var deadline = _deadline!; // made before the timer
        deadline.IsExceeded = true;
        Log.DeadlineExceeded(_method.Logger, _method.Method.FullName);
        if (Output.TryEnd(isOverdue: true))
            AnswerDeadline();
        Input.CancelRead();
        try
        {
            deadline.Cancellation.Cancel();
        }
        catch (AggregateException ex)
        {
            // What handlers registered on the token runs here, on a timer, where an exception would end the process.
            Log.CancellationFailed(_method.Logger, _method.Method.FullName, ex);
        }
    }

    private async Task AnswerDeadlineAsync()
    {
        try
        {
            WriteStatus(new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), _responseTrailers);
            await HttpContext.Response.CompleteAsync();
            // The handler may still be reading a request stream that nobody needs any more.
            Reset(ResetNoError);
        }
        catch (Exception ex)
        {
            Log.DeadlineAnswerFailed(_method.Logger, _method.Method.FullName, ex);
            Reset(ResetCancel);
        }
    }

    /// <summary>What only calls with a deadline need. Such a call has a token of its own: its deadline does not abort the request.</summary>
    private sealed class DeadlineState(DateTime time)
    {
        private volatile bool _isExceeded;

        public DateTime Time { get; } = time;

        public CancellationTokenSource Cancellation { get; } = new();

        public CancellationTokenRegistration AbortRegistration { get; set; }

        public ITimer? Timer { get; set; }

        public Task? Answer { get; set; }

        public bool IsExceeded
        {
            get => _isExceeded;
            set => _isExceeded = value;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6, LogLevel.Error, "A callback on the cancellation token of {Method} failed when its deadline passed.")]
        public static partial void CancellationFailed(ILogger logger, string method, Exception exception);

        [LoggerMessage(1, LogLevel.Information, "{Method} ended with {Code}: {Detail}")]
        public static partial void EndedWithStatus(ILogger logger, string method, StatusCode code, string detail, Exception? exception);

        [LoggerMessage(2, LogLevel.Debug, "{Method} was cancelled.")]
        public static partial void Cancelled(ILogger logger, string method);

        [LoggerMessage(3, LogLevel.Error, "{Method} failed; the client is told Unknown. The cause is in the handler.")]
        public static partial void Failed(ILogger logger, string method, Exception exception);

        [LoggerMessage(4, LogLevel.Debug, "{Method} passed its deadline.")]
        public static partial void DeadlineExceeded(ILogger logger, string method);

        [LoggerMessage(5, LogLevel.Debug, "{Method} passed its deadline and the answer could not be sent; the stream is reset.")]
        public static partial void DeadlineAnswerFailed(ILogger logger, string method, Exception exception);
    }
}
