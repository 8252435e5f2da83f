using Grpc.Core;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The answers that an administrator gets instead of a result: what is wrong, and what to do.</summary>
internal static class Refusal
{
    public static RpcException NotFound(string message) => new(new Status(StatusCode.NotFound, message));

    public static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));

    public static RpcException Exists(string message) => new(new Status(StatusCode.AlreadyExists, message));

    public static RpcException Precondition(string message) => new(new Status(StatusCode.FailedPrecondition, message));

    public static RpcException Denied(string message) => new(new Status(StatusCode.PermissionDenied, message));
}
