using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Answers calls of services and methods that are not there.</summary>
internal static class UnknownCallHandler
{
    public static Task Service(HttpContext context) => Refuse(context, "Service is unimplemented.");

    public static Task Method(HttpContext context) => Refuse(context, "Method is unimplemented.");

    private static Task Refuse(HttpContext context, string message)
    {
        context.Response.ContentType = GrpcHeaders.ContentType;
        context.Response.Headers.GrpcStatus = GrpcHeaders.CodeText(StatusCode.Unimplemented);
        context.Response.Headers.GrpcMessage = message;
        return Task.CompletedTask;
    }
}
