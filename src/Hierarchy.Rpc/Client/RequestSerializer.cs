using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;
using Grpc.Core.Internal;
using Grpc.Net.Compression;

namespace Grpc.Net.Client.Internal;

/// <summary>Takes one request from a serializer into a buffer, behind its prefix. Reused per thread: serializing is synchronous.</summary>
internal sealed class RequestSerializer : SerializationContext
{
    private const int HeaderSize = 5;

    [ThreadStatic]
    private static RequestSerializer? t_spare;

    private PooledBufferWriter? _target;
    private PooledBufferWriter? _plain;
    private ICompressionProvider? _compression;
    private int? _maxSize;
    private int _start;
    private bool _completed;

    /// <summary>Appends a message. After an exception the buffer is as it was.</summary>
    public static void Write<T>(
        T message, Action<T, SerializationContext> serializer, PooledBufferWriter target, int? maxSize, ICompressionProvider? compression)
    {
        var context = t_spare ?? new RequestSerializer();
        t_spare = null;
        var start = target.Length;
        context._target = target;
        context._start = start;
        context._maxSize = maxSize;
        context._compression = compression;
        try
        {
            target.GetSpan(HeaderSize)[..HeaderSize].Clear();
            target.Advance(HeaderSize);
            serializer(message, context);
            if (!context._completed)
                throw new InvalidOperationException("The serializer returned without calling Complete on its context.");
            context.Seal();
        }
        catch
        {
            target.Truncate(start);
            throw;
        }
        finally
        {
            context._plain?.Dispose();
            context._plain = null;
            context._target = null;
            context._compression = null;
            context._completed = false;
            t_spare = context;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        if (payloadLength > _maxSize)
            throw new RpcException(MessageErrors.SendingTooLarge);
        if (_compression is null)
            _target!.GetSpan(Math.Max(payloadLength, 1)); // set for the time of the serializer
    }

    public override IBufferWriter<byte> GetBufferWriter()
        => _compression is null ? _target! : _plain ??= new PooledBufferWriter(); // set for the time of the serializer

    public override void Complete()
    {
        if (_completed)
            throw new InvalidOperationException("The message is complete.");
        _completed = true;
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        Complete();
        if (payload.Length > _maxSize)
            throw new RpcException(MessageErrors.SendingTooLarge);
        GetBufferWriter().Write(payload);
    }

    private void Seal()
    {
        var target = _target!; // set for the time of the serializer
        byte flag = 0;
        if (_compression is not null)
        {
            if (_plain?.Length > _maxSize)
                throw new RpcException(MessageErrors.SendingTooLarge);
            flag = 1;
            MessageCompression.Compress(_compression, null, _plain is null ? [] : _plain.WrittenSpan, target);
        }

        var length = target.Length - _start - HeaderSize;
        if (flag == 0 && length > _maxSize)
            throw new RpcException(MessageErrors.SendingTooLarge);
        var header = target.WrittenSpan[_start..];
        header[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)length);
    }
}
