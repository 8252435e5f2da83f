using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Core.Internal;
using Grpc.Net.Compression;

namespace Grpc.Net.Client.Internal;

/// <summary>Takes messages from the body of a response. One read fills a buffer with as many as have arrived.</summary>
internal sealed class ResponseInput(Stream stream, int? maxSize, ICompressionProvider? encoding, bool isStreaming) : IDisposable
{
    private const int HeaderSize = 5;
    private const int ReadSize = 32 * 1024;
    private const int SingleReadSize = 4 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _last;

    public bool IsEmpty => _start == _end;

    /// <summary>Takes the next message if it has arrived as a whole.</summary>
    public bool TryTake<T>(Func<DeserializationContext, T> deserializer, [NotNullWhen(true)] out T? message)
        where T : class
    {
        message = null;
        if (_end - _start < HeaderSize)
            return false;
        var flag = _buffer[_start];
        if (flag > 1)
            throw new RpcException(MessageErrors.ReservedFlag(flag));
        var size = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1));
        if (size > (uint)(maxSize ?? Array.MaxLength - HeaderSize))
            throw new RpcException(MessageErrors.ReceivedTooLarge);
        if (_end - _start - HeaderSize < size)
            return false;

        var payload = new ReadOnlySequence<byte>(_buffer, _start + HeaderSize, (int)size);
        _last = HeaderSize + (int)size;
        _start += _last;
        try
        {
            message = Deserialize(deserializer, flag, payload);
        }
        catch (Exception ex) when (ex is not RpcException)
        {
            // Malformed protobuf is an IOException: out there it would look like a lost connection.
            throw new RpcException(new Status(StatusCode.Internal, "Failed to deserialize response message.", ex));
        }

        return true;
    }

    /// <summary>Waits for more bytes; false at the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end && isStreaming)
        {
            // An idle stream holds no buffer: it waits with an empty one.
#pragma warning disable CA2022 // reads nothing: it waits
            var arrival = stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
#pragma warning restore CA2022
            if (!arrival.IsCompleted)
                Release();
            await arrival;
        }

        var read = await stream.ReadAsync(MakeRoom(), cancellationToken);
        _end += read;
        if (read > 0)
            return true;
        if (_start != _end)
            throw new RpcException(MessageErrors.Incomplete);
        return false;
    }

    public void Dispose() => Release();

    /// <summary>Makes room behind what is held, and returns as much of it as the next read may fill.</summary>
    private Memory<byte> MakeRoom()
    {
        var held = _end - _start;
        if (held == 0)
        {
            _start = _end = 0;
            // Another message like the last, as a whole and alone.
            var next = Math.Max(ReadSize, _last);
            if (_buffer.Length == 0)
                _buffer = ArrayPool<byte>.Shared.Rent(isStreaming ? next : SingleReadSize);
            return Room(next);
        }

        // The prefix was checked against the limit; the buffer still grows with what arrives, not with what is announced.
        var wanted = held < HeaderSize ? HeaderSize : HeaderSize + (long)BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1));
        if (_start + wanted > _buffer.Length || _end == _buffer.Length)
        {
            var old = _buffer;
            if (wanted > old.Length)
                _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, Math.Max(old.Length * 4L, ReadSize)));
            old.AsSpan(_start, held).CopyTo(_buffer);
            if (_buffer != old)
                ArrayPool<byte>.Shared.Return(old);
            _start = 0;
            _end = held;
        }

        // The rest of a large message comes alone: what came behind it would have to be moved to the front.
        return Room(wanted > ReadSize ? _start + wanted : _buffer.Length);
    }

    private Memory<byte> Room(long end) => _buffer.AsMemory(_end..(int)Math.Min(end, _buffer.Length));

    private T Deserialize<T>(Func<DeserializationContext, T> deserializer, byte flag, in ReadOnlySequence<byte> payload)
        where T : class
    {
        if (flag == 0)
            return Checked(PayloadReader.Deserialize(deserializer, payload, (int)payload.Length));
        if (encoding is null)
            throw new RpcException(MessageErrors.NoEncoding);
        using var plain = MessageCompression.Decompress(encoding, payload, maxSize);
        return Checked(PayloadReader.Deserialize(deserializer, new ReadOnlySequence<byte>(plain.WrittenMemory), plain.Length));
    }

    private static T Checked<T>(T? message)
        where T : class
        => message ?? throw new InvalidOperationException("The deserializer returned null.");

    private void Release()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
