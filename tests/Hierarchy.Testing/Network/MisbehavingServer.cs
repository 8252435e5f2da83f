using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hierarchy.Testing.Network;

/// <summary>
/// A server that answers every request with the same bytes, whatever was asked, or with nothing at all. With a certificate it speaks TLS.
/// It stands for what is found at addresses that are no update servers.
/// </summary>
public sealed class MisbehavingServer : LoopbackListener
{
    private readonly byte[]? _answer;
    private readonly X509Certificate2? _certificate;
    private readonly bool _speaksFirst;

    private MisbehavingServer(byte[]? answer, X509Certificate2? certificate, bool speaksFirst = false)
    {
        (_answer, _certificate, _speaksFirst) = (answer, certificate, speaksFirst);
        Listen();
    }

    public Uri Url => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}");

    /// <summary>Takes the request and says nothing, for ever.</summary>
    public static MisbehavingServer Silent() => new(answer: null, certificate: null);

    /// <summary>Answers with a page or whatever it is.</summary>
    public static MisbehavingServer Answering(string status, string type, string body, string headers = "", X509Certificate2? certificate = null) =>
        Answering(status, type, Encoding.UTF8.GetBytes(body), headers, certificate);

    /// <summary>Answers with bytes; further headers end with a line break each.</summary>
    public static MisbehavingServer Answering(string status, string type, byte[] body, string headers = "", X509Certificate2? certificate = null) =>
        Raw([.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\n{headers}Content-Length: {body.Length}\r\n\r\n"), .. body], certificate);

    /// <summary>Says something as soon as somebody connects, and hangs up.</summary>
    public static MisbehavingServer Greeting(byte[] bytes) => new(bytes, certificate: null, speaksFirst: true);

    /// <summary>Answers with bytes that need not be HTTP.</summary>
    public static MisbehavingServer Raw(byte[] bytes, X509Certificate2? certificate = null) => new(bytes, certificate);

    protected override async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        await using var plain = new NetworkStream(client, ownsSocket: false);
        if (_speaksFirst)
        {
            await plain.WriteAsync(_answer, cancellationToken);
            return;
        }

        if (_certificate is null)
        {
            await AnswerAsync(plain, cancellationToken);
            return;
        }

        await using var tls = new SslStream(plain);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, cancellationToken);
        await AnswerAsync(tls, cancellationToken);
    }

    private async Task AnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (await HttpHead.ReadAsync(stream, cancellationToken) is { } head)
        {
            await head.ReadBodyAsync(stream, cancellationToken);
            if (_answer is null) await Task.Delay(Timeout.Infinite, cancellationToken);
            else await stream.WriteAsync(_answer, cancellationToken);
        }
    }
}
