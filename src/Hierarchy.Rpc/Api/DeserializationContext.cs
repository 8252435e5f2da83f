using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller finds the bytes of one message. Valid only during the call of the deserializer.</summary>
public abstract class DeserializationContext
{
    /// <summary>The length of the message in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>Copies the message into a new array.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw new NotSupportedException();

    /// <summary>Gives the bytes in place. They must not be used after the deserializer has returned.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotSupportedException();
}
