using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hierarchy.Domain;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Transport;

/// <summary>How HTTP reaches the upstream: through which proxy, with which versions of TLS, trusting whom.</summary>
public static class UpstreamHttp
{
    /// <summary>
    /// A client as <see cref="UpstreamClient"/> wants it: compressed answers, TLS 1.2 or later, no redirects, connections renewed so that names are resolved
    /// again, no deadline of its own: calls have theirs.
    /// </summary>
    /// <exception cref="UnavailableException">A file that the options name cannot be read.</exception>
    public static HttpClient Create(UpstreamOptions options, TimeProvider time) => new(CreateHandler(options, time)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The proxy on the way to the upstream, with its account: content from there takes it too.</summary>
    /// <exception cref="UnavailableException">A password cannot be read.</exception>
    public static IWebProxy ProxyOf(UpstreamOptions options) => UpstreamProxy.From(options);

    /// <summary>The handler of such a client; <paramref name="accepted"/> is shown each certificate that is accepted.</summary>
    internal static SocketsHttpHandler CreateHandler(UpstreamOptions options, TimeProvider time, Action<X509Certificate2>? accepted = null) => new()
    {
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        Proxy = UpstreamProxy.From(options),
        SslOptions =
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = new CertificateCheck(ReadAuthorities(options), time, accepted).Accept,
        },
    };

    private static X509Certificate2Collection ReadAuthorities(UpstreamOptions options)
    {
        try
        {
            return CertificateCheck.ReadAuthorities(options.CertificateAuthorities);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UnavailableException(
                $"The certificates in {options.CertificateAuthorities} cannot be read: {exception.Message} See to {UpstreamOptions.Section}:{nameof(UpstreamOptions.CertificateAuthorities)}.", exception);
        }
    }
}
