using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Core.Internal;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Takes one response from a serializer. A message of a known length goes straight into the response's pipe behind its prefix;
/// one of an unknown length, or one to be compressed, passes through a pooled buffer. Reused per thread: serializing is synchronous.
/// </summary>
internal sealed class ResponseSerializer : SerializationContext
{
    private const int HeaderSize = 5;

    [ThreadStatic]
    private static ResponseSerializer? t_spare;

    private PipeWriter? _pipe;
    private ServiceSettings? _settings;
    private ICompressionProvider? _compression;
    private PooledBufferWriter? _buffer;
    private int? _length;
    private bool _wroteHeader;
    private bool _completed;

    /// <summary>The size of the message on the wire, prefix included.</summary>
    public int Written { get; private set; }

    /// <summary>Serializes one message into the pipe. Returns its size on the wire.</summary>
    public static int Write<T>(
        T message, Action<T, SerializationContext> serializer, PipeWriter pipe, ServiceSettings settings, ICompressionProvider? compression)
    {
        var context = t_spare ?? new ResponseSerializer();
        t_spare = null;
        context._pipe = pipe;
        context._settings = settings;
        context._compression = compression;
        try
        {
            serializer(message, context);
            if (!context._completed)
                throw new InvalidOperationException("The serializer returned without calling Complete on its context.");
            return context.Written;
        }
        catch when (context._wroteHeader)
        {
            throw new BrokenMessageException();
        }
        finally
        {
            context.Reset();
            t_spare = context;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        if (payloadLength > _settings!.MaxSendSize) // set for the time of the serializer
            throw new RpcException(MessageErrors.SendingTooLarge);
        _length = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_completed)
            throw new InvalidOperationException("The message is complete.");
        if (_length is { } length && _compression is null)
        {
            if (!_wroteHeader)
                WriteHeader(0, length);
            return _pipe!; // set for the time of the serializer
        }

        return _buffer ??= new PooledBufferWriter(_length ?? 256);
    }

    public override void Complete()
    {
        if (_completed)
            throw new InvalidOperationException("The message is complete.");
        _completed = true;
        if (_wroteHeader)
            return;
        if (_buffer is null && _length is > 0)
            throw new InvalidOperationException("The serializer announced a length and wrote nothing.");
        WriteWhole(_buffer is null ? [] : _buffer.WrittenSpan);
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (_completed || _wroteHeader)
            throw new InvalidOperationException("The message is complete.");
        _completed = true;
        WriteWhole(payload);
    }

    private void WriteWhole(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > _settings!.MaxSendSize) // set for the time of the serializer
            throw new RpcException(MessageErrors.SendingTooLarge);
        if (_compression is null)
        {
            WriteHeader(0, payload.Length);
            _pipe!.Write(payload); // set for the time of the serializer
            return;
        }

        using var compressed = new PooledBufferWriter(payload.Length);
        MessageCompression.Compress(_compression, _settings.ResponseCompressionLevel, payload, compressed);
        WriteHeader(1, compressed.Length);
        _pipe!.Write(compressed.WrittenSpan); // set for the time of the serializer
    }

    private void WriteHeader(byte flag, int length)
    {
        var span = _pipe!.GetSpan(HeaderSize); // set for the time of the serializer
        span[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)length);
        _pipe.Advance(HeaderSize);
        _wroteHeader = true;
        Written = HeaderSize + length;
    }

    private void Reset()
    {
        _buffer?.Dispose();
        _buffer = null;
        _pipe = null;
        _settings = null;
        _compression = null;
        _length = null;
        _wroteHeader = false;
        _completed = false;
        Written = 0;
    }
}
