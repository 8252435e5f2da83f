using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Hierarchy.Replication.Feed;

/// <summary>Answers the servers below. Mapped with <c>MapGrpcService</c> after <see cref="AddFeed"/>.</summary>
public sealed class FeedEndpoint(FeedSource source, IHostApplicationLifetime? lifetime = null)
{
    /// <summary>Registers the endpoint and its methods; the server registers the <see cref="FeedSource"/>.</summary>
    public static IServiceCollection AddFeed(IServiceCollection services)
    {
        services.AddSingleton<FeedEndpoint>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<FeedEndpoint>, FeedMethods>());
        return services;
    }

    internal async Task FollowAsync(FollowRequest request, IServerStreamWriter<FeedFrame> responses, ServerCallContext context)
    {
        // A feed never ends by itself: when the server stops, the followers are told at once.
        using var stopping = lifetime?.ApplicationStopping.Register(source.Dispose);
        try
        {
            await source.FollowAsync(
                FollowerHello.From(request),
                async (frame, cancellationToken) => await responses.WriteAsync(frame, cancellationToken),
                context.CancellationToken);
        }
        catch (LoopException exception)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, exception.Message));
        }
    }
}
