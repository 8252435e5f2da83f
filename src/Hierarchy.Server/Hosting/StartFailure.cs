using System.Net.Sockets;
using System.Security.Cryptography;
using Hierarchy.Domain;

namespace Hierarchy.Server.Hosting;

/// <summary>Puts what keeps a server from starting into one sentence with the next step.</summary>
internal static class StartFailure
{
    /// <summary>The sentence; null for a defect, which then shows itself whole.</summary>
    public static string? Explain(Exception exception, ServerOptions options) => exception switch
    {
        IntegrityException or UnavailableException => exception.Message,
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } =>
            $"{exception.Message.TrimEnd('.')}. Another program listens there: stop it, or choose another address with --listen-http, --listen-https or --listen-grpc (port 0 takes a free one).",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AccessDenied } socket =>
            $"Cannot listen: {socket.Message}. Choose an address of this computer with --listen-http, --listen-https or --listen-grpc; ports below 1024 need privileges.",
        CryptographicException => $"The certificate {options.Certificate} cannot be used: {exception.Message} It must hold the private key; its password goes into HIERARCHY_CERTIFICATE_PASSWORD.",
        UnauthorizedAccessException => $"{exception.Message} Give this user the right to write in {options.Data}, or choose another directory with --data.",
        IOException => $"{exception.Message} Look at the disk of {options.Data}.",
        _ => null,
    };
}
