using System.Net;
using System.Net.Sockets;

namespace Hierarchy.Agent.Locate;

/// <summary>Makes HTTP handlers that connect from the address that the operator names: the locator goes by the address that it sees.</summary>
internal static class SourceAddress
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    internal static SocketsHttpHandler CreateHandler(IPAddress? address)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            AllowAutoRedirect = false,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        };
        if (address is not null) handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(address, context.DnsEndPoint, cancellationToken);
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress address, DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        // The family of the source decides which addresses of the server count.
        var candidates = await Dns.GetHostAddressesAsync(endPoint.Host, address.AddressFamily, cancellationToken);
        if (candidates.Length == 0) throw new SocketException((int)SocketError.AddressFamilyNotSupported);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(candidates, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
