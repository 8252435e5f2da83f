using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What the handlers of the four call kinds share: the checks before a call and the answer after it.</summary>
internal abstract class CallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServiceSettings settings, ILogger logger, TimeProvider time)
    where TRequest : class
    where TResponse : class
{
    private readonly MethodSettings _settings = new(method, settings, logger, time);

    protected Method<TRequest, TResponse> Method => method;

    /// <summary>Whether requests come as a stream, which may last for any time and have any length.</summary>
    protected abstract bool StreamsRequests { get; }

    public Task HandleAsync(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol) && !HttpProtocol.IsHttp3(context.Request.Protocol))
            return Refuse(context, StatusCodes.Status426UpgradeRequired, StatusCode.Internal, $"Request protocol '{context.Request.Protocol}' is not supported.");
        if (!GrpcHeaders.IsGrpcContentType(context.Request.ContentType))
        {
            return Refuse(
                context,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCode.Internal,
                context.Request.ContentType is { } given ? $"Content-Type '{given}' is not supported." : "Content-Type is missing from the request.");
        }

        if (StreamsRequests || _settings.Service.MaxReceiveSize is null or > 16 * 1024 * 1024)
            LiftBodyLimits(context);

        var call = new ServerCall(context, _settings);
        return RunAsync(call);
    }

    protected abstract ValueTask InvokeAsync(ServerCall call);

    private async Task RunAsync(ServerCall call)
    {
        try
        {
            if (call.Start() is { } refused)
            {
                call.End(refused);
            }
            else
            {
                await InvokeAsync(call);
                call.End(call.Status);
            }
        }
        catch (Exception ex)
        {
            call.EndWithError(ex);
        }

        await call.DisposeAsync();
    }

    private static void LiftBodyLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
    }

    private static Task Refuse(HttpContext context, int httpStatus, StatusCode code, string message)
    {
        context.Response.StatusCode = httpStatus;
        context.Response.Headers.GrpcStatus = GrpcHeaders.CodeText(code);
        context.Response.Headers.GrpcMessage = PercentEncoding.Encode(message);
        return Task.CompletedTask;
    }
}
