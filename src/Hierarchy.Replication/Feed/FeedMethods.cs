using System.Buffers;
using System.Runtime.CompilerServices;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Feed;

/// <summary>
/// `FeedService.Follow` with messages that are bytes already: a source encodes a page once and writes the same bytes to every follower. The wire is that of the contract.
/// </summary>
internal sealed class FeedMethods : IServiceMethodProvider<FeedEndpoint>
{
    private static readonly Marshaller<FollowRequest> Request = Marshallers.Create<FollowRequest>(
        (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            Google.Protobuf.MessageExtensions.WriteTo(message, context.GetBufferWriter());
            context.Complete();
        },
        context => FollowRequest.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    private static readonly Marshaller<FeedFrame> Frame = Marshallers.Create<FeedFrame>(
        (frame, context) =>
        {
            context.SetPayloadLength(frame.Bytes.Length);
            context.GetBufferWriter().Write(frame.Bytes.Span);
            context.Complete();
        },
        context => new FeedFrame(context.PayloadAsNewBuffer()));

    private static readonly Method<FollowRequest, FeedFrame> Follow = new(MethodType.ServerStreaming, "hierarchy.feed.v1.FeedService", "Follow", Request, Frame);

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FeedEndpoint> context) =>
        context.AddServerStreamingMethod(Follow, [], static (endpoint, request, responses, call) => endpoint.FollowAsync(request, responses, call));

    /// <summary>Opens a parent's feed; frames as they were sent.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> OpenAsync(Uri parent, FollowerHello hello, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A page may be as large as its one record: the limit is the feed's own, checked again on the batch inside.
        using var channel = GrpcChannel.ForAddress(parent, new GrpcChannelOptions { MaxReceiveMessageSize = 64 * 1024 * 1024 });
        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(Follow, host: null, new CallOptions(cancellationToken: cancellationToken), hello.ToProto());
        while (await call.ResponseStream.MoveNext(cancellationToken))
            yield return call.ResponseStream.Current.Bytes;
    }
}
