using System.Net.Sockets;
using System.Text.Json;
using Grpc.Core;

namespace Hierarchy.Cli;

/// <summary>Turns gRPC's status into an error that an operator can act on. The only place that does.</summary>
internal static class RpcFaults
{
    public static CommandFailedException Translate(RpcException exception, Uri server)
    {
        var code = JsonNamingPolicy.SnakeCaseLower.ConvertName(exception.StatusCode.ToString());
        if (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal && Cause(exception) is { } cause)
            return new CommandFailedException("unavailable", $"No server answers gRPC at {server}: {cause}", WhereToLook(server), cause: exception);

        var detail = exception.Status.Detail is { Length: > 0 } text ? text : $"The server at {server} answered {code} and said nothing more.";
        return new CommandFailedException(code, detail, NextStep(exception.StatusCode, server), cause: exception);
    }

    // A refused connection and a peer that is no gRPC server look alike to the status; the exceptions below tell them apart.
    private static string? Cause(RpcException exception)
    {
        for (var inner = exception.Status.DebugException ?? exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket) return Sentence(socket.Message);
            if (inner is HttpRequestException or IOException && inner.InnerException is null) return Sentence(inner.Message);
        }

        return null;
    }

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";

    private static string WhereToLook(Uri server)
        => server.Port is 8530 or 8531
            ? $"Port {server.Port} serves clients; administration answers on the gRPC port, as a rule {CommandLine.DefaultServer}: name it with --server."
            : $"Start the server there, or name the right one with --server URL or in {CommandLine.ServerVariable}.";

    private static string? NextStep(StatusCode code, Uri server) => code switch
    {
        StatusCode.Unavailable => $"Try again; if it stays so, look at the log of the server at {server}.",
        StatusCode.Unimplemented => $"The server at {server} does not know this command: it is older than this program, or not a Hierarchy server.",
        StatusCode.PermissionDenied => "Run this on the server itself: administration answers on loopback only.",
        StatusCode.Internal or StatusCode.Unknown => $"Look at the log of the server at {server}.",
        _ => null,
    };
}
