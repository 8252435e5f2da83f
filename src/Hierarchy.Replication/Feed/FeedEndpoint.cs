using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Hierarchy.Replication.Feed;

/// <summary>Answers the servers below. Mapped with <c>MapGrpcService</c> after <see cref="AddFeed"/>.</summary>
public sealed class FeedEndpoint(FeedSource source, IHostApplicationLifetime? lifetime = null, OverlayFeed? overlay = null)
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
        var hello = FollowerHello.From(request);
        var feed = Choose(hello);
        // A feed never ends by itself: when the server stops, the followers are told at once.
        using var stopping = lifetime?.ApplicationStopping.Register(feed.Dispose);
        try
        {
            await feed.FollowAsync(
                hello,
                async (frame, cancellationToken) => await responses.WriteAsync(frame, cancellationToken),
                context.CancellationToken);
        }
        catch (LoopException exception)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, exception.Message));
        }
    }

    private FeedSource Choose(FollowerHello hello)
    {
        if (hello.Overlay == LogId.None)
            return source.Overlay == LogId.None || hello.ReadsOverlays
                ? source
                : throw Refused($"This server serves the decisions of an autonomous server, and '{hello.Name}' is of a version that does not know such: it would serve those of the root. Update it, or give it another parent.");
        if (overlay?.Source is not { } feed || feed.Overlay != hello.Overlay)
            throw Refused($"This server does not carry log {hello.Overlay}: it does not serve the decisions that '{hello.Name}' follows. Give '{hello.Name}' a parent in its own branch.");
        return feed.Position.IsEmpty || feed.Position.Log == hello.Overlay
            ? feed
            : throw new RpcException(new Status(StatusCode.Unavailable, $"This server is taking log {hello.Overlay} from its parent; connect again."));
    }

    private static RpcException Refused(string reason) => new(new Status(StatusCode.FailedPrecondition, reason));
}
