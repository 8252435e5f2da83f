using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Core.Internal;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Takes messages from the body of a request. What one read brought is kept until its messages are used up, so that a stream of
/// small messages costs one pipe operation for many of them; the flow-control window opens when the next read begins.
/// </summary>
internal sealed class RequestInput(ServerCall call, PipeReader reader)
{
    private const int HeaderSize = 5;

    private ReadOnlySequence<byte> _buffered;
    private bool _holdsRead;
    private bool _completed;

    /// <summary>The encoding of compressed messages, from the headers.</summary>
    public ICompressionProvider? Encoding { get; set; }

    /// <summary>Reads the one message of a call without a request stream, and the end of the stream behind it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> ReadSingleAsync<T>(Func<DeserializationContext, T> deserializer)
        where T : class
    {
        T? message;
        while (!TryTake(deserializer, out message))
        {
            if (!await FillAsync(CancellationToken.None))
                throw new RpcException(MessageErrors.Incomplete);
        }

        while (_buffered.IsEmpty)
        {
            if (_completed || !await FillAsync(CancellationToken.None))
                return message;
        }

        throw new RpcException(MessageErrors.Additional);
    }

    /// <summary>Takes the next message if it has arrived as a whole.</summary>
    public bool TryTake<T>(Func<DeserializationContext, T> deserializer, [NotNullWhen(true)] out T? message)
        where T : class
    {
        message = null;
        if (!TryReadHeader(out var flag, out var size))
            return false;
        if (flag > 1)
            throw new RpcException(MessageErrors.ReservedFlag(flag));
        if (size > (uint)(call.Settings.MaxReceiveSize ?? int.MaxValue))
            throw new RpcException(MessageErrors.ReceivedTooLarge);
        if (_buffered.Length - HeaderSize < size)
            return false;

        var payload = _buffered.Slice(HeaderSize, size);
        try
        {
            message = flag == 0
                ? PayloadReader.Deserialize(deserializer, payload, (int)size)
                : Decompress(deserializer, payload);
        }
        catch (Exception ex) when (ex is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, "Failed to deserialize request message.", ex));
        }

        if (message is null)
            throw new InvalidOperationException("The deserializer returned null.");
        _buffered = _buffered.Slice(payload.End);
        return true;
    }

    /// <summary>Waits for more bytes; false at the end of the stream. Bytes without a whole message at the end are an error.</summary>
    public ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_completed)
            return AtEnd();
        Release();
        if (reader.TryRead(out var result))
            return Took(result, cancellationToken) ? new ValueTask<bool>(true) : AtEnd();
        return WaitAsync(cancellationToken);
    }

    /// <summary>Makes a waiting read return, for cancellation.</summary>
    public void CancelRead()
    {
        try
        {
            reader.CancelPendingRead();
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The stream has been reset: a waiting read has returned already.
        }
    }

    /// <summary>Gives back what is held when the call is over.</summary>
    public void Close()
    {
        if (_holdsRead)
        {
            _holdsRead = false;
            reader.AdvanceTo(_buffered.End);
        }

        _buffered = default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
        => Took(await reader.ReadAsync(CancellationToken.None), cancellationToken) || await AtEnd();

    private bool Took(in ReadResult result, CancellationToken cancellationToken)
    {
        var before = _buffered.Length;
        _buffered = result.Buffer;
        _holdsRead = true;
        if (result.IsCanceled)
        {
            cancellationToken.ThrowIfCancellationRequested();
            call.ThrowIfOver();
        }

        _completed = result.IsCompleted;
        return _buffered.Length > before || !_completed;
    }

    private ValueTask<bool> AtEnd()
        => _buffered.IsEmpty ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(new RpcException(MessageErrors.Incomplete));

    private void Release()
    {
        if (!_holdsRead)
            return;
        _holdsRead = false;
        // What is left is the beginning of a message: all of it is examined, so that the next read waits for more.
        var start = _buffered.Start;
        var end = _buffered.End;
        reader.AdvanceTo(start, end);
    }

    private bool TryReadHeader(out byte flag, out uint size)
    {
        var first = _buffered.FirstSpan;
        if (first.Length >= HeaderSize)
        {
            flag = first[0];
            size = BinaryPrimitives.ReadUInt32BigEndian(first[1..]);
            return true;
        }

        if (_buffered.Length < HeaderSize)
        {
            flag = 0;
            size = 0;
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        _buffered.Slice(0, HeaderSize).CopyTo(header);
        flag = header[0];
        size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        return true;
    }

    private T Decompress<T>(Func<DeserializationContext, T> deserializer, in ReadOnlySequence<byte> payload)
        where T : class
    {
        if (Encoding is null)
            throw new RpcException(MessageErrors.NoEncoding);
        using var plain = MessageCompression.Decompress(Encoding, payload, call.Settings.MaxReceiveSize);
        return PayloadReader.Deserialize(deserializer, new ReadOnlySequence<byte>(plain.WrittenMemory), plain.Length);
    }
}
