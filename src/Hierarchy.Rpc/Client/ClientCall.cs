using Grpc.Core;
using Grpc.Core.Internal;
using Grpc.Net.Compression;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// One call on the client, as far as it does not depend on the messages: headers, deadline, cancellation, status. The first
/// status that is set wins; everything that comes later only cleans up.
/// </summary>
internal abstract class ClientCall : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Lock _lock = new();
    private readonly string? _host;

    private CancellationTokenRegistration _userRegistration;
    private CancellationTokenRegistration _propagatedRegistration;
    private ITimer? _timer;
    private HttpResponseMessage? _response;
    private TaskCompletionSource<Metadata>? _headers;
    private Metadata? _trailers;
    private Status _status;
    private bool _isOver;
    private bool _isTracked;
    private DateTime? _deadline;
    private bool _endedHere;
    private ICompressionProvider? _requestCompression;

    protected ClientCall(GrpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        Channel = channel;
        Method = method;
        Options = options;
        _host = host;
        if (options.Deadline is { Kind: not DateTimeKind.Utc } deadline && deadline != DateTime.MaxValue && deadline != DateTime.MinValue)
            throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");
    }

    public GrpcChannel Channel { get; }

    public IMethod Method { get; }

    public CallOptions Options { get; }

    /// <summary>The neighbours in the channel's list of calls under way; guarded by the channel.</summary>
    public ClientCall? Next { get; set; }

    public ClientCall? Previous { get; set; }

    /// <summary>Whether the caller has disposed of the call: no further reads or writes, whatever its status.</summary>
    public bool IsDisposed { get; private set; }

    public bool IsOver => Volatile.Read(ref _isOver);

    protected CancellationToken Token => _cancellation.Token;

    /// <summary>The stream of requests, which is told when the call is over.</summary>
    protected StreamContent? Requests { get; set; }

    public Status GetStatus()
    {
        lock (_lock)
            return _isOver ? _status : throw new InvalidOperationException("Unable to get the status because the call is not complete.");
    }

    public Metadata GetTrailers()
    {
        lock (_lock)
        {
            if (!_isOver)
                throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");
            return _trailers ??= [];
        }
    }

    public Task<Metadata> GetHeadersAsync()
    {
        lock (_lock)
        {
            if (_headers is not null)
                return _headers.Task;
            _headers = new TaskCompletionSource<Metadata>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_response is not null || _isOver)
                CompleteHeaders();
            return _headers.Task;
        }
    }

    public void Dispose()
    {
        IsDisposed = true;
        End(new Status(StatusCode.Cancelled, "gRPC call disposed."), null);
        ObserveResponse();
    }

    public void CancelBy(CancellationToken token)
        => End(new Status(StatusCode.Cancelled, "Call canceled by the client.", new OperationCanceledException(token)), null);

    /// <summary>Cancels the call with a token that came with one read or write.</summary>
    public CancellationTokenRegistration RegisterCancellation(CancellationToken token)
        => token.CanBeCanceled && token != Options.CancellationToken
            ? token.UnsafeRegister(static (state, t) => ((ClientCall)state!).CancelBy(t), this)
            : default;

    /// <summary>The exception for a caller who goes on after the end of the call.</summary>
    public Exception WhyOver() => ToException(GetStatus());

    /// <summary>The compression of a message with these write options.</summary>
    public ICompressionProvider? CompressionFor(WriteOptions? options)
    {
        if (_requestCompression is null)
            return null;
        return (((options ?? Options.WriteOptions)?.Flags ?? default) & WriteFlags.NoCompress) != 0 ? null : _requestCompression;
    }

    /// <summary>Begins: arms deadline and cancellation. False when the call is over before it began.</summary>
    protected bool Begin()
    {
        Channel.AddCall(this);
        _isTracked = true;
        var propagated = Options.PropagationToken as CallPropagationToken;
        var deadline = Options.Deadline;
        if (propagated?.Deadline is { } inherited && (deadline is null || inherited < deadline))
            deadline = inherited;
        if (deadline is { } end && end != DateTime.MaxValue)
        {
            var left = end - Channel.Time.GetUtcNow().UtcDateTime;
            if (left <= TimeSpan.Zero)
            {
                End(new Status(StatusCode.DeadlineExceeded, ""), null);
                return false;
            }

            _deadline = end;
            _timer = Channel.Time.CreateTimer(
                static state => ((ClientCall)state!).End(new Status(StatusCode.DeadlineExceeded, ""), null),
                this,
                GrpcTimeout.ForTimer(left),
                Timeout.InfiniteTimeSpan);
        }

        if (Options.CancellationToken.CanBeCanceled)
            _userRegistration = Options.CancellationToken.UnsafeRegister(static (state, t) => ((ClientCall)state!).CancelBy(t), this);
        if (propagated is { CancellationToken.CanBeCanceled: true })
            _propagatedRegistration = propagated.CancellationToken.UnsafeRegister(static (state, t) => ((ClientCall)state!).CancelBy(t), this);
        if (!IsOver)
            return true;
        // A token that had fired ended the call while it was being armed.
        Disarm();
        return false;
    }

    protected HttpRequestMessage CreateRequest(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Channel.GetUri(Method))
        {
            Version = Channel.HttpVersion,
            VersionPolicy = Channel.HttpVersionPolicy,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("TE", "trailers");
        headers.TryAddWithoutValidation("User-Agent", UserAgent.Value);
        headers.TryAddWithoutValidation(GrpcHeaders.AcceptEncoding, Channel.AcceptEncoding);
        if (_deadline is { } deadline)
            headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcTimeout.Encode(deadline - Channel.Time.GetUtcNow().UtcDateTime));
        if (_host is not null)
            headers.Host = _host;
        if (Options.Headers is { Count: > 0 } metadata)
            AddHeaders(request, metadata);
        return request;
    }

    /// <summary>Adds what the credentials of channel and call want to be sent.</summary>
    protected async Task AddCredentialsAsync(HttpRequestMessage request)
    {
        List<AsyncAuthInterceptor> interceptors = [.. Channel.Credentials];
        if (Options.Credentials is { } own)
            ChannelCallCredentials.Read(own, interceptors);
        foreach (var interceptor in interceptors)
        {
            Metadata metadata = [];
            var context = new AuthInterceptorContext($"{Channel.Address.Scheme}://{Channel.Target}/{Method.ServiceName}", Method.Name, Token);
            await interceptor(context, metadata);
            AddHeaders(request, metadata);
        }
    }

    protected bool NeedsCredentials => Channel.SendsCallCredentials && (Channel.Credentials.Count > 0 || Options.Credentials is not null);

    /// <summary>Whoever disposes of a call does not want its response: that it failed is not an unobserved error.</summary>
    protected abstract void ObserveResponse();

    /// <summary>Takes the headers of the response. The call owns the response from here on.</summary>
    protected bool TakeResponse(HttpResponseMessage response)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _response = response;
                CompleteHeaders();
                return true;
            }
        }

        response.Dispose();
        return false;
    }

    /// <summary>Ends the call with the status of the trailers.</summary>
    protected Status EndWithTrailers(System.Net.Http.Headers.HttpHeaders trailers, Status whenMissing)
    {
        try
        {
            var status = ResponseHeaderReader.ReadStatus(trailers) ?? whenMissing;
            return End(status, ResponseHeaderReader.ReadMetadata(trailers));
        }
        catch (RpcException ex)
        {
            return End(ex.Status, null);
        }
    }

    /// <summary>Ends the call. Returns the status that holds: this one, or the one that came first.</summary>
    protected internal Status End(Status status, Metadata? trailers)
    {
        HttpResponseMessage? response;
        lock (_lock)
        {
            if (_isOver)
                return _status;
            _status = status;
            _trailers = trailers;
            _endedHere = trailers is null;
            _isOver = true;
            CompleteHeaders();
            response = _response;
        }

        // Cancelling resets the stream if anything of it is open; after the last trailer it does nothing.
        if (trailers is null)
            _cancellation.Cancel();
        response?.Dispose();
        Requests?.Abort();
        Disarm();
        return status;
    }

    protected Exception ToException(Status status)
    {
        if (Channel.ThrowsOperationCanceled && status.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded && _endedHere)
        {
            return status.DebugException is OperationCanceledException { CancellationToken.IsCancellationRequested: true } cause
                ? new OperationCanceledException(status.Detail, cause, cause.CancellationToken)
                : new OperationCanceledException(status.Detail, status.DebugException, Token);
        }

        return new RpcException(status, _trailers ?? Metadata.Empty);
    }

    private void Disarm()
    {
        _userRegistration.Unregister();
        _propagatedRegistration.Unregister();
        _timer?.Dispose();
        if (_isTracked)
            Channel.RemoveCall(this);
    }

    private void CompleteHeaders()
    {
        if (_headers is null || _headers.Task.IsCompleted)
            return;
        if (_response is null)
        {
            _headers.TrySetException(ToException(_status));
            _ = _headers.Task.Exception; // observed: whoever awaits the response sees the same
            return;
        }

        try
        {
            _headers.TrySetResult(ResponseHeaderReader.ReadMetadata(_response.Headers));
        }
        catch (RpcException ex)
        {
            _headers.TrySetException(ex);
        }
    }

    private void AddHeaders(HttpRequestMessage request, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (entry.Key == GrpcHeaders.InternalEncodingRequest)
            {
                if (!Channel.Compression.TryGetValue(entry.Value, out _requestCompression))
                    throw new InvalidOperationException($"Could not find compression provider for '{entry.Value}'.");
                request.Headers.TryAddWithoutValidation(GrpcHeaders.Encoding, entry.Value);
            }
            else
            {
                var value = entry.IsBinary ? BinaryHeader.Encode(entry.Bytes) : entry.Value;
                if (!request.Headers.TryAddWithoutValidation(entry.Key, value))
                    request.Content!.Headers.TryAddWithoutValidation(entry.Key, value); // requests of calls have content
            }
        }
    }
}
