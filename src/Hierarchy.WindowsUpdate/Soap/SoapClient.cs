using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Xml;
using Hierarchy.Domain;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>
/// Posts SOAP 1.1 requests and reads the answers. Three things can go wrong, and they stay apart: the server is away
/// (<see cref="UnavailableException"/>), the server says no (a fault, which the caller makes an exception of), the answer is none
/// (<see cref="IntegrityException"/>).
/// </summary>
internal sealed class SoapClient(HttpClient http, UpstreamOptions options, TimeProvider time)
{
    private static readonly MediaTypeHeaderValue ContentType = new("text/xml") { CharSet = "utf-8" };

    private long _bytesReceived;

    /// <summary>Bytes of all answers so far, after decompression.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>One call. <paramref name="read"/> starts on the operation's response element.</summary>
    public async Task<T> CallAsync<T>(
        Uri address, string ns, string operation, byte[] request, Func<SoapReader, T> read, Func<SoapFault, Exception> asException, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.CallTimeout, time);
        using var silence = new CancellationTokenSource(options.ReadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, silence.Token);
        using var body = new ResponseBuffer();
        HttpStatusCode status;
        Exception? refusal;
        try
        {
            (status, refusal) = await ExchangeAsync(address, operation, $"\"{ns}/{operation}\"", request, body, () => silence.CancelAfter(options.ReadTimeout), linked.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (deadline.IsCancellationRequested) throw Unavailable($"did not answer within {options.CallTimeout.TotalSeconds:N0} seconds", null);
            if (silence.IsCancellationRequested) throw Unavailable($"sent nothing for {options.ReadTimeout.TotalSeconds:N0} seconds", null);
            throw Unreachable(TransportFailure.NoConnection(address, Proxy(), options.ConnectTimeout), exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw Unreachable(TransportFailure.Explain(exception, address, Proxy()), exception);
        }
        catch (IntegrityException exception)
        {
            throw NotAnAnswer(exception.Message, exception);
        }

        Interlocked.Add(ref _bytesReceived, body.Length);
        if (status == HttpStatusCode.ProxyAuthenticationRequired) throw Unreachable(TransportFailure.Credentials(Proxy()), null);
        // A fault comes with 500; some gateways in between make another number of it.
        if (refusal is not null && status != HttpStatusCode.InternalServerError && !LooksLikeXml(body)) throw refusal;
        try
        {
            using var reader = new SoapReader(body);
            reader.MoveToBody();
            if (reader.Name == "Fault") throw asException(SoapFault.Read(reader));
            if (refusal is not null) throw refusal;
            if (reader.Name != operation + "Response") throw new IntegrityException($"the body is `{reader.Name}`, not `{operation}Response`");
            return read(reader);
        }
        catch (Exception exception) when (refusal is not null && exception is (XmlException or IntegrityException or FormatException or InvalidOperationException))
        {
            throw refusal;
        }
        catch (Exception exception) when (exception is XmlException or IntegrityException or FormatException or InvalidOperationException)
        {
            throw NotAnAnswer(exception.Message, exception);
        }

        Uri? Proxy() => UpstreamProxy.Before(address, options);

        Exception Unreachable(TransportFailure failure, Exception? inner)
        {
            var message = $"{operation}: the upstream {address} {failure.What}. {failure.NextStep} `hierarchy doctor upstream` looks closer.";
            if (inner is null) return failure.IsLasting ? new IntegrityException(message) : new UnavailableException(message);
            return failure.IsLasting ? new IntegrityException(message, inner) : new UnavailableException(message, inner);
        }

        UnavailableException Unavailable(string what, Exception? inner)
        {
            var message = $"{operation}: the upstream {address} {what}. Check the address, the network, name resolution and any proxy; the synchronization can be repeated at any time.";
            return inner is null ? new UnavailableException(message) : new UnavailableException(message, inner);
        }

        IntegrityException NotAnAnswer(string why, Exception inner) =>
            new($"{operation}: the answer of {address} cannot be understood: {why.TrimEnd('.')}. Check that it is the address of an update server and that no proxy answers in its place.", inner);
    }

    private async Task<(HttpStatusCode Status, Exception? Refusal)> ExchangeAsync(Uri address, string operation, string action, byte[] request, ResponseBuffer body, Action received, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(request) };
        message.Content.Headers.ContentType = ContentType;
        message.Headers.TryAddWithoutValidation("SOAPAction", action);
        message.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        received();
        await body.FillAsync(stream, options.MaxResponse, received, cancellationToken);
        var refusal = response.IsSuccessStatusCode
            ? null
            : HttpRefusal.Explain(operation, address, response.StatusCode, response.Headers.Location, HttpRefusal.Wait(response.Headers.RetryAfter, time.GetUtcNow()));
        return (response.StatusCode, refusal);
    }

    /// <summary>Whether it is worth looking for a fault in it.</summary>
    private static bool LooksLikeXml(ResponseBuffer body) => body.First is (byte)'<' or 0xEF;
}
