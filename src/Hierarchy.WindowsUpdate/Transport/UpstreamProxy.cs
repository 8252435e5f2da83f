using System.IO.Enumeration;
using System.Net;
using Hierarchy.Domain;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Transport;

/// <summary>Chooses the proxy for an address, and knows the accounts. Says nothing of a password to anybody but the proxy.</summary>
internal sealed class UpstreamProxy : IWebProxy, ICredentials
{
    private readonly Route? _plain;
    private readonly Route? _tls;

    private UpstreamProxy(UpstreamOptions options, bool withAccounts)
    {
        _plain = Route.From(options.Proxy, nameof(UpstreamOptions.Proxy), withAccounts);
        _tls = options.TlsProxy.IsSet ? Route.From(options.TlsProxy, nameof(UpstreamOptions.TlsProxy), withAccounts) : _plain;
    }

    /// <summary>The framework asks here for accounts.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <summary>The configured proxy; the environment's when none is configured.</summary>
    /// <exception cref="UnavailableException">A password cannot be read.</exception>
    public static IWebProxy From(UpstreamOptions options) => Create(options, withAccounts: true);

    /// <summary>The proxy that stands before an address, as it may be shown to anybody; null for none.</summary>
    public static Uri? Before(Uri destination, UpstreamOptions options)
    {
        var proxy = Create(options, withAccounts: false);
        if (proxy.IsBypassed(destination)) return null;
        var found = proxy.GetProxy(destination);
        return found is null || found == destination ? null : new Uri(found.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
    }

    public Uri? GetProxy(Uri destination) => RouteTo(destination) is { } route && !route.Bypasses(destination.Host) ? route.Address : null;

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        _tls?.Account is { } tls && _tls.Address.Authority == uri.Authority ? tls
        : _plain?.Account is { } plain && _plain.Address.Authority == uri.Authority ? plain
        : null;

    private static IWebProxy Create(UpstreamOptions options, bool withAccounts) =>
        options.Proxy.IsSet || options.TlsProxy.IsSet ? new UpstreamProxy(options, withAccounts) : HttpClient.DefaultProxy;

    private Route? RouteTo(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _tls : _plain;

    private sealed class Route(Uri address, NetworkCredential? account, string[] bypass)
    {
        public Uri Address => address;

        public NetworkCredential? Account => account;

        public static Route? From(ProxyOptions options, string section, bool withAccounts)
        {
            if (!options.IsSet || options.IsNone) return null;
            var bypass = options.Bypass.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return new Route(new Uri(options.Address), options.User.Length == 0 || !withAccounts ? null : AccountOf(options, section), bypass);
        }

        public bool Bypasses(string host) => bypass.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, host, ignoreCase: true));

        private static NetworkCredential AccountOf(ProxyOptions options, string section)
        {
            string password;
            try
            {
                password = options.ReadPassword();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UnavailableException(
                    $"The password of the proxy {options.Address} cannot be read: {exception.Message} See to {UpstreamOptions.Section}:{section}:PasswordFile.", exception);
            }

            return options.User.Split('\\', 2) is [var domain, var user] ? new NetworkCredential(user, password, domain) : new NetworkCredential(options.User, password);
        }
    }
}
