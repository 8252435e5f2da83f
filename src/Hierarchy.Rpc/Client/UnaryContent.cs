using System.Net;
using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>The body of a request with one message.</summary>
internal sealed class UnaryContent<T>(ClientCall call, T message, Action<T, SerializationContext> serializer) : HttpContent
    where T : class
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBufferWriter();
        RequestSerializer.Write(message, serializer, buffer, call.Channel.MaxSendSize, call.CompressionFor(null));
        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
