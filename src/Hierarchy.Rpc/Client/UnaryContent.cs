using System.Net;
using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>The body of a request with one message.</summary>
internal sealed class UnaryContent<T>(ClientCall call, T message, Action<T, SerializationContext> serializer) : HttpContent, IPreparedContent
    where T : class
{
    private PooledBufferWriter? _prepared;

    /// <summary>Serializes before anything is sent, so that a message which cannot be sent costs the server nothing.</summary>
    public void Prepare()
    {
        var buffer = new PooledBufferWriter();
        try
        {
            RequestSerializer.Write(message, serializer, buffer, call.Channel.MaxSendSize, call.CompressionFor(null));
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        _prepared = buffer;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The handler asks a second time when it repeats a request that the server has not seen.
        if (_prepared is null)
            Prepare();
        using var buffer = _prepared!; // made above
        _prepared = null;
        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
