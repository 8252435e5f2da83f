using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>The gRPC statuses of failures below gRPC: HTTP statuses, reset codes, connections. The tables are the specification's.</summary>
internal static class ClientErrors
{
    public static Status FromHttpStatus(HttpStatusCode status)
    {
        var code = (int)status switch
        {
            400 => StatusCode.Internal,
            401 => StatusCode.Unauthenticated,
            403 => StatusCode.PermissionDenied,
            404 => StatusCode.Unimplemented,
            429 or 502 or 503 or 504 => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new Status(code, $"Bad gRPC response. HTTP status code: {(int)status}");
    }

    /// <summary>Whether no connection could be made, so that nothing was sent. One that is reset while it is made comes as a bare SocketException.</summary>
    public static bool IsConnectFailure(Exception exception)
        => exception is SocketException or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError,
        };

    public static Status FromException(string what, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case RpcException rpc:
                    return rpc.Status;
                // The handler has one exception for a reset of the stream and for the end of the connection; only the text differs.
                case HttpProtocolException protocol when !protocol.Message.Contains("reset the stream", StringComparison.Ordinal):
                    return new Status(StatusCode.Unavailable, $"{what} {Describe(exception)}", exception);
                case HttpProtocolException protocol:
                    return new Status(FromResetCode(protocol.ErrorCode), $"{what} {Describe(exception)}", exception);
            }
        }

        return new Status(CodeOf(exception), $"{what} {Describe(exception)}", exception);
    }

    private static StatusCode CodeOf(Exception exception)
    {
        if (IsConnectFailure(exception))
            return StatusCode.Unavailable;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is SocketException or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded })
                return StatusCode.Unavailable;
            if (e is AuthenticationException)
                return StatusCode.Unavailable;
        }

        return exception switch
        {
            HttpIOException => StatusCode.Unavailable,
            IOException => StatusCode.Unavailable,
            HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError } => StatusCode.Internal,
            HttpRequestException { InnerException: IOException } => StatusCode.Unavailable,
            _ => StatusCode.Internal,
        };
    }

    private static StatusCode FromResetCode(long code) => code switch
    {
        7 => StatusCode.Unavailable, // REFUSED_STREAM
        8 => StatusCode.Cancelled, // CANCEL
        11 => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        12 => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    private static string Describe(Exception exception)
        => exception.InnerException is { } inner
            ? $"{exception.GetType().Name}: {exception.Message} {Describe(inner)}"
            : $"{exception.GetType().Name}: {exception.Message}";
}
