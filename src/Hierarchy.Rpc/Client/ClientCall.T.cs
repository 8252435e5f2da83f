using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>One call on the client.</summary>
internal sealed class ClientCall<TRequest, TResponse>(GrpcChannel channel, Method<TRequest, TResponse> method, string? host, CallOptions options)
    : ClientCall(channel, method, host, options), IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private static readonly Task<bool> True = Task.FromResult(true);
    private static readonly Status StatusMissing =
        new(StatusCode.Unknown, "The server ended the call without a grpc-status.");

    private readonly Func<DeserializationContext, TResponse> _deserializer = method.ResponseMarshaller.ContextualDeserializer;
    private Task<ResponseInput?>? _input;
    private Task<TResponse>? _single;
    private HttpResponseMessage? _response;
    private TResponse? _current;
    private int _reading;

    TResponse IAsyncStreamReader<TResponse>.Current
        => _current ?? throw new InvalidOperationException("There is no current message: MoveNext has not returned true.");

    /// <summary>Starts a call with one response.</summary>
    public Task<TResponse> StartSingle(HttpContent content)
    {
        Requests = content as StreamContent;
        return _single = RunSingleAsync(content);
    }

    /// <summary>Starts a call with a stream of responses.</summary>
    public IAsyncStreamReader<TResponse> StartStream(HttpContent content)
    {
        Requests = content as StreamContent;
        _input = SendAsync(content, isStreaming: true);
        return this;
    }

    Task<bool> IAsyncStreamReader<TResponse>.MoveNext(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            CancelBy(cancellationToken);
            return Task.FromException<bool>(WhyOver());
        }

        if (Interlocked.Exchange(ref _reading, 1) != 0)
            return Task.FromException<bool>(new InvalidOperationException("Can't read the next message because the previous read is in progress."));
        _current = null;
        // Messages that came with an earlier read are taken without waiting, as long as nothing has ended the call.
        if (_input is { IsCompletedSuccessfully: true, Result: { } input } && !IsOver)
        {
            try
            {
                if (input.TryTake(_deserializer, out _current))
                {
                    Volatile.Write(ref _reading, 0);
                    return True;
                }
            }
            catch (Exception ex)
            {
                Volatile.Write(ref _reading, 0);
                return Task.FromException<bool>(ToException(Fail(ex)));
            }

            if (!cancellationToken.CanBeCanceled || cancellationToken == Options.CancellationToken)
                return ReadMoreAsync(input);
        }

        return ReadAsync(cancellationToken);
    }

    protected override void ObserveResponse()
    {
        if (_single is { IsCompletedSuccessfully: false } response)
            _ = response.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        using var registration = RegisterCancellation(cancellationToken);
        try
        {
            var input = await _input!; // started before the reader was handed out
            if (input is null || IsOver)
                return AtEnd(GetStatus());
            return await ReadMoreAsync(input);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>Waits for the next message. The way of a stream that is under way, so it holds no more than it needs.</summary>
    private async Task<bool> ReadMoreAsync(ResponseInput input)
    {
        try
        {
            while (!input.TryTake(_deserializer, out _current))
            {
                if (!await input.FillAsync(Token))
                {
                    input.Dispose();
                    return AtEnd(EndWithTrailers(_response!.TrailingHeaders, StatusMissing)); // there is input, so there is a response
                }
            }

            return true;
        }
        catch (Exception ex) when (ex is not RpcException || !IsOver)
        {
            return AtEnd(Fail(ex));
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    private bool AtEnd(Status status) => status.StatusCode == StatusCode.OK ? false : throw ToException(status);

    private async Task<TResponse> RunSingleAsync(HttpContent content)
    {
        Status status;
        var input = await SendAsync(content, isStreaming: false);
        if (input is null)
        {
            status = GetStatus();
            throw ToException(status.StatusCode == StatusCode.OK ? new Status(StatusCode.Internal, "The server sent OK and no message.") : status);
        }

        TResponse? message = null;
        try
        {
            while (!input.TryTake(_deserializer, out message))
            {
                if (!await input.FillAsync(Token))
                    break;
            }

            if (message is not null && (!input.IsEmpty || await input.FillAsync(Token)))
                throw new RpcException(new Status(StatusCode.Internal, "Unexpected data after finished reading message."));
            status = EndWithTrailers(_response!.TrailingHeaders, StatusMissing); // there is input, so there is a response
        }
        catch (Exception ex)
        {
            status = Fail(ex);
        }

        input.Dispose();
        if (status.StatusCode != StatusCode.OK)
            throw ToException(status);
        return message ?? throw ToException(new Status(StatusCode.Internal, "The server sent OK and no message."));
    }

    /// <summary>Sends the request. Returns null when the call is over: it failed, or headers were the whole answer.</summary>
    private async Task<ResponseInput?> SendAsync(HttpContent content, bool isStreaming)
    {
        if (!Begin())
        {
            content.Dispose();
            return null;
        }

        try
        {
            content.Headers.TryAddWithoutValidation("Content-Type", GrpcHeaders.ContentType);
            var request = CreateRequest(content);
            if (NeedsCredentials)
                await AddCredentialsAsync(request);
            (content as IPreparedContent)?.Prepare();
            var response = Options.IsWaitForReady
                ? await SendWhenReadyAsync(request)
                : await Channel.Http.SendAsync(request, Token);
            if (!TakeResponse(response))
                return null;
            _response = response;
            return Accept(response, isStreaming);
        }
        catch (Exception ex)
        {
            End(ClientErrors.FromException("Error starting gRPC call.", ex), null);
            return null;
        }
    }

    /// <summary>Tries until there is a connection, with pauses that grow and are jittered. Only what was never sent is sent again.</summary>
    private async Task<HttpResponseMessage> SendWhenReadyAsync(HttpRequestMessage request)
    {
        var pauses = new ReconnectPauses(Channel.InitialBackoff, Channel.MaxBackoff);
        while (true)
        {
            try
            {
                return await Channel.Http.SendAsync(request, Token);
            }
            catch (Exception ex) when (ClientErrors.IsConnectFailure(ex))
            {
                await Task.Delay(pauses.Next(), Channel.Time, Token);
                request = await RenewAsync(request);
            }
        }
    }

    private async Task<HttpRequestMessage> RenewAsync(HttpRequestMessage request)
    {
        var renewed = CreateRequest(request.Content!); // requests of calls have content
        if (NeedsCredentials)
            await AddCredentialsAsync(renewed);
        return renewed;
    }

    private ResponseInput? Accept(HttpResponseMessage response, bool isStreaming)
    {
        // A status in the headers is the whole answer, whatever the HTTP status says.
        if (ResponseHeaderReader.Single(response.Headers, GrpcHeaders.Status) is not null)
        {
            EndWithTrailers(response.Headers, StatusMissing);
            return null;
        }

        if (response.StatusCode != System.Net.HttpStatusCode.OK)
        {
            End(ClientErrors.FromHttpStatus(response.StatusCode), null);
            return null;
        }

        var contentType = ResponseHeaderReader.Single(response.Content.Headers, "Content-Type");
        if (!GrpcHeaders.IsGrpcContentType(contentType))
        {
            var what = contentType is null ? "Response did not have a content-type header." : $"Invalid content-type value: {contentType}";
            End(new Status(StatusCode.Unknown, $"Bad gRPC response. {what}"), null);
            return null;
        }

        Grpc.Net.Compression.ICompressionProvider? encoding = null;
        var name = ResponseHeaderReader.Single(response.Headers, GrpcHeaders.Encoding);
        if (name is not null && name != GrpcHeaders.Identity && !Channel.Compression.TryGetValue(name, out encoding))
        {
            End(MessageErrors.UnsupportedEncoding(name), null);
            return null;
        }

        return new ResponseInput(response.Content.ReadAsStream(Token), Channel.MaxReceiveSize, encoding, isStreaming);
    }

    private Status Fail(Exception exception) => exception switch
    {
        RpcException rpc => End(rpc.Status, null),
        OperationCanceledException or HttpRequestException or IOException or System.Net.Sockets.SocketException => End(ClientErrors.FromException("Error reading next message.", exception), null),
        _ => End(new Status(StatusCode.Internal, "Error reading next message.", exception), null),
    };
}
