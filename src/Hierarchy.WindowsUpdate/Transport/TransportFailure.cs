using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Hierarchy.WindowsUpdate.Transport;

/// <summary>Why a server could not be reached, in words, and what the operator does next.</summary>
/// <param name="Stage">How far it came.</param>
/// <param name="What">Completes "the upstream ...".</param>
/// <param name="NextStep">A sentence.</param>
/// <param name="IsLasting">True when trying again changes nothing: a refused certificate, a proxy that wants another account.</param>
internal sealed record TransportFailure(TransportStage Stage, string What, string NextStep, bool IsLasting)
{
    private const string LookAtProxy = "Check Upstream:Proxy (or Upstream:TlsProxy), and that the proxy lets this server through to that address.";

    /// <summary>Understands what the framework throws. <paramref name="proxy"/> is the one that the connection went through, if any.</summary>
    public static TransportFailure Explain(Exception exception, Uri address, Uri? proxy)
    {
        var kind = (exception as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown;
        var socket = Find<SocketException>(exception);
        if (Find<CertificateRefusedException>(exception) is { } refused)
            return new TransportFailure(TransportStage.Tls, $"cannot be trusted: {refused.Message}", refused.NextStep, IsLasting: true);
        if (kind == HttpRequestError.ProxyTunnelError) return Tunnel((exception as HttpRequestException)?.StatusCode, proxy, exception);
        if (kind == HttpRequestError.NameResolutionError || socket?.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData)
            return Name(proxy ?? address, proxy is not null, Reason(exception));
        if (kind == HttpRequestError.SecureConnectionError || Find<AuthenticationException>(exception) is not null)
            return new TransportFailure(
                TransportStage.Tls,
                $"cannot be reached: no agreement on TLS ({Reason(exception)})",
                "Check that the address wants https and that the server speaks TLS 1.2 or later.",
                IsLasting: false);
        if (kind == HttpRequestError.ConnectionError || socket is { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut })
            return Connection(proxy ?? address, proxy is not null, socket is null ? Reason(exception) : Reason(socket));
        return new TransportFailure(TransportStage.Answer, $"cannot be reached ({Reason(exception)})", "Check the network between, and any proxy.", IsLasting: false);
    }

    /// <summary>No connection in the time that the options give it.</summary>
    public static TransportFailure NoConnection(Uri address, Uri? proxy, TimeSpan timeout) =>
        Connection(proxy ?? address, proxy is not null, $"no answer within {timeout.TotalSeconds:0.#} seconds");

    /// <summary>The proxy wants to know who asks, or does not like who does: HTTP 407.</summary>
    public static TransportFailure Credentials(Uri? proxy) => new(
        TransportStage.Proxy,
        $"cannot be reached: the proxy {proxy} demands an account, or refuses the one it was given (HTTP 407)",
        "Set Upstream:Proxy:User and Upstream:Proxy:PasswordFile (Upstream:TlsProxy likewise, where it is set) to an account that the proxy knows.",
        IsLasting: true);

    /// <summary>The innermost reason.</summary>
    public static string Reason(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message.TrimEnd('.');
    }

    /// <summary>A host that has no address; <paramref name="isProxy"/> when it is the proxy's.</summary>
    public static TransportFailure Name(Uri host, bool isProxy, string reason) => new(
        TransportStage.NameResolution,
        $"cannot be reached: {(isProxy ? "the proxy's name" : "the name")} {host.IdnHost} has no address ({reason})",
        isProxy ? "Check Upstream:Proxy:Address, and this computer's name servers." : "Check --microsoft-update, and this computer's name servers; behind a proxy, set Upstream:Proxy:Address.",
        IsLasting: false);

    /// <summary>A host that accepts no connection.</summary>
    public static TransportFailure Connection(Uri host, bool isProxy, string reason) => new(
        TransportStage.Connection,
        $"cannot be reached: {(isProxy ? "the proxy " : "")}{host.IdnHost} port {host.Port} does not accept a connection ({reason})",
        isProxy
            ? "Check Upstream:Proxy:Address, that the proxy runs, and the firewall between."
            : "Check --microsoft-update, that the server runs, and the firewall between; behind a proxy, set Upstream:Proxy:Address.",
        IsLasting: false);

    private static TransportFailure Tunnel(HttpStatusCode? status, Uri? proxy, Exception exception) => status switch
    {
        HttpStatusCode.ProxyAuthenticationRequired => Credentials(proxy),
        { } code => new TransportFailure(
            TransportStage.Proxy, $"cannot be reached: the proxy {proxy} answered HTTP {(int)code} ({code}) when it was asked for a connection", LookAtProxy,
            IsLasting: code is HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed),
        null => new TransportFailure(TransportStage.Proxy, $"cannot be reached: the proxy {proxy} gives no connection ({Reason(exception)})", LookAtProxy, IsLasting: false),
    };

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is T found)
                return found;
        return null;
    }
}
