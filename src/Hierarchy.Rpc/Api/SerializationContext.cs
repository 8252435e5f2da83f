using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts the bytes of one message. Valid only during the call of the serializer.</summary>
public abstract class SerializationContext
{
    /// <summary>Hands over the whole message. The array must not be changed afterwards.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException();

    /// <summary>Gets the writer for the message; <see cref="Complete()" /> must follow.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException();

    /// <summary>Tells the length of the message before it is written, which saves a copy. Exactly as many bytes must follow.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>Ends the message that was written to the buffer writer.</summary>
    public virtual void Complete() => throw new NotSupportedException();
}
