using System.Buffers;

namespace Grpc.Core.Internal;

/// <summary>The payload of one message on its way into a deserializer. Reused per thread: deserializing is synchronous.</summary>
internal sealed class PayloadReader : DeserializationContext
{
    [ThreadStatic]
    private static PayloadReader? t_spare;

    private ReadOnlySequence<byte> _payload;
    private int _length;

    public override int PayloadLength => _length;

    public static T Deserialize<T>(Func<DeserializationContext, T> deserializer, in ReadOnlySequence<byte> payload, int length)
    {
        var context = t_spare ?? new PayloadReader();
        t_spare = null;
        context._payload = payload;
        context._length = length;
        try
        {
            return deserializer(context);
        }
        finally
        {
            context._payload = default;
            context._length = 0;
            t_spare = context;
        }
    }

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;
}
