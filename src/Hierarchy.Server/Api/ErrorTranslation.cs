using Grpc.Core;
using Grpc.Core.Interceptors;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Microsoft.AspNetCore.Connections;

namespace Hierarchy.Server.Api;

/// <summary>The one place where failures become gRPC statuses. What is neither expected nor one of the two roots stays an unknown error, whose text does not leave the server.</summary>
internal sealed partial class ErrorTranslation(ILogger<ErrorTranslation> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        TranslateAsync(() => continuation(request, context), context);

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        TranslateAsync(() => continuation(requestStream, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        TranslateAsync(() => Unit(continuation(request, responseStream, context)), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        TranslateAsync(() => Unit(continuation(requestStream, responseStream, context)), context);

    private async Task<T> TranslateAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (IntegrityException exception)
        {
            Log.Refused(logger, context.Method, context.Peer, exception.Message);
            throw new RpcException(new Status(StatusCode.DataLoss, exception.Message));
        }
        catch (SupersededException exception)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, exception.Message));
        }
        catch (UnavailableException exception)
        {
            Log.Unavailable(logger, context.Method, exception.Message);
            throw new RpcException(new Status(StatusCode.Unavailable, exception.Message));
        }
        catch (IOException exception) when (context.CancellationToken.IsCancellationRequested || exception.InnerException is ConnectionAbortedException or ConnectionResetException)
        {
            // The caller's connection is gone in the middle of its stream: nobody hears the status, and nothing went wrong here.
            throw new RpcException(new Status(StatusCode.Cancelled, "The caller's connection was lost."));
        }
    }

    private static async Task<bool> Unit(Task task)
    {
        await task;
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1301, Level = LogLevel.Warning, Message = "{Method} of {Peer} was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string method, string peer, string reason);

        [LoggerMessage(EventId = 1302, Level = LogLevel.Warning, Message = "{Method} is not possible now: {Reason}")]
        public static partial void Unavailable(ILogger logger, string method, string reason);
    }
}
