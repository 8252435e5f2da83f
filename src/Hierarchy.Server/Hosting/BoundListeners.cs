using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Hierarchy.Domain;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Hierarchy.Server.Hosting;

/// <summary>
/// The sockets that the server answers on, bound before anything else is made: so the server knows its own addresses (port 0 takes a free one) when it introduces itself, and a port in
/// use is told before a log is opened.
/// </summary>
internal sealed class BoundListeners : IDisposable
{
    private readonly Dictionary<IPEndPoint, Socket> _sockets = [];

    private BoundListeners() { }

    /// <summary>HTTP/1.1 without TLS; null when it is off.</summary>
    public IPEndPoint? Http { get; private set; }

    /// <summary>Both versions with TLS; null without a certificate.</summary>
    public IPEndPoint? Https { get; private set; }

    /// <summary>HTTP/2 without TLS; null when it is off.</summary>
    public IPEndPoint? Grpc { get; private set; }

    /// <summary>Binds what the options name.</summary>
    /// <exception cref="UnavailableException">An address is in use or not this computer's.</exception>
    public static BoundListeners Bind(ServerOptions options)
    {
        var listeners = new BoundListeners();
        try
        {
            listeners.Http = listeners.BindOne("--listen-http", options.ListenHttp);
            listeners.Grpc = listeners.BindOne("--listen-grpc", options.ListenGrpc);
            if (options.Certificate.Length > 0) listeners.Https = listeners.BindOne("--listen-https", options.ListenHttps);
            return listeners;
        }
        catch
        {
            listeners.Dispose();
            throw;
        }
    }

    /// <summary>Gives the sockets to Kestrel.</summary>
    public void Configure(WebApplicationBuilder builder, Func<X509Certificate2>? certificate)
    {
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = endPoint => _sockets[(IPEndPoint)endPoint]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (Http is not null) kestrel.Listen(Http, listen => listen.Protocols = HttpProtocols.Http1);
            if (Grpc is not null) kestrel.Listen(Grpc, listen => listen.Protocols = HttpProtocols.Http2);
            if (Https is not null && certificate is not null)
                kestrel.Listen(Https, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate());
                });
        });
    }

    /// <summary>Where others reach the listener; a listener on every address is reached by the host's name.</summary>
    public static string UrlOf(string scheme, IPEndPoint endPoint)
    {
        if (endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any)) return $"{scheme}://{Dns.GetHostName()}:{endPoint.Port}";
        return $"{scheme}://{endPoint}";
    }

    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
    }

    private IPEndPoint? BindOne(string flag, string text)
    {
        if (text.Length == 0) return null;
        if (!ServerOptions.TryParseAddress(text, out var wanted)) throw new UnavailableException($"{flag} '{text}' is not an address.");
        var socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (wanted.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            // ReuseAddress stays off: on Linux it would also share the port with another server, and calls would go to either.
            socket.Bind(wanted);
            var bound = (IPEndPoint)socket.LocalEndPoint!; // It is bound.
            _sockets[bound] = socket;
            return bound;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new UnavailableException(
                exception.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"{flag} {text}: the port is in use. Stop the program that listens there, or choose another with {flag} (port 0 takes a free one)."
                    : $"{flag} {text}: cannot listen there ({exception.Message}). Choose an address of this computer; ports below 1024 need privileges.",
                exception);
        }
    }
}
