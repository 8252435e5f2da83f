using System.Net;
using System.Net.Sockets;

namespace Hierarchy.Testing.Tree;

/// <summary>
/// Ports for servers that are killed and come back on the same address. They lie below the range that systems take the ports of outgoing connections from: one of those would
/// otherwise sit on the port just when the server comes back.
/// </summary>
internal static class LastingPort
{
    private const int First = 15_000;
    private const int Last = 32_000;
    private const int Attempts = 200;

    /// <summary>A loopback address with a port that nobody listens on now.</summary>
    public static string Address()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(First, Last));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(endPoint);
                return endPoint.ToString();
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }

        throw new InvalidOperationException($"No free port was found between {First} and {Last}.");
    }
}
