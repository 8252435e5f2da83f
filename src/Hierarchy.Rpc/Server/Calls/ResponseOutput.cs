using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Puts messages into the body of a response. The gate keeps a deadline that fires while a handler writes from touching the
/// response at the same time: whoever finds the gate free ends the call. A writer that was overtaken sends the deadline's
/// answer when it comes out, and resets the stream if it was blocked: behind a full window no answer would arrive.
/// </summary>
internal sealed class ResponseOutput(ServerCall call, PipeWriter pipe)
{
    // With BufferHint a handler may leave messages in the pipe, but not without end.
    private const int BufferLimit = 64 * 1024;

    private const int Free = 0;
    private const int Writing = 1;
    private const int Ended = 2;
    private const int EndWanted = 3;
    private const int AnswerWanted = 4;

    private int _gate;
    private int _unflushed;

    /// <summary>The compression of responses that the headers announce.</summary>
    public ICompressionProvider? Encoding { get; set; }

    /// <summary>Writes one message of a stream and flushes it.</summary>
    public Task WriteAsync<T>(T message, Action<T, SerializationContext> serializer, WriteOptions? options, CancellationToken cancellationToken)
    {
        Task started;
        try
        {
            Enter();
            started = call.StartResponseAsync();
        }
        catch (Exception ex)
        {
            return Task.FromException(ex);
        }

        if (!started.IsCompletedSuccessfully)
            return WriteAfterAsync(started, message, serializer, options, cancellationToken);
        try
        {
            var flags = Serialize(message, serializer, options);
            if ((flags & WriteFlags.BufferHint) != 0 && _unflushed < BufferLimit)
            {
                Leave();
                return Task.CompletedTask;
            }
        }
        catch (Exception ex)
        {
            Leave();
            return Task.FromException(ex);
        }

        return FlushAsync(cancellationToken);
    }

    /// <summary>Writes the one message of a call without a response stream; it leaves together with the trailers.</summary>
    public async ValueTask WriteSingleAsync<T>(T message, Action<T, SerializationContext> serializer)
        where T : class
    {
        if (message is null)
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        Enter();
        try
        {
            await call.StartResponseAsync();
            Serialize(message, serializer, null);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Runs something on the response that must not meet a writer, such as sending its headers.</summary>
    public async Task ExclusiveAsync(Func<Task> action)
    {
        Enter();
        try
        {
            await action();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Closes the gate for good. False while a writer is inside: that one is told to give up, and ends the call as it leaves.</summary>
    /// <param name="isOverdue">The deadline has passed, and the writer answers so if it can; otherwise it resets the stream.</param>
    public bool TryEnd(bool isOverdue)
    {
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _gate, Ended, Free))
            {
                case Free:
                    return true;
                case Writing when Interlocked.CompareExchange(ref _gate, isOverdue ? AnswerWanted : EndWanted, Writing) == Writing:
                    pipe.CancelPendingFlush();
                    return false;
                case Ended or EndWanted or AnswerWanted:
                    return false;
            }
        }
    }

    private void Enter()
    {
        switch (Interlocked.CompareExchange(ref _gate, Writing, Free))
        {
            case Free:
                return;
            case Writing:
                throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
            default:
                call.ThrowIfOver();
                throw new InvalidOperationException("Can't write the message because the request is complete.");
        }
    }

    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _gate, Free, Writing) == Writing)
            return;
        if (Interlocked.Exchange(ref _gate, Ended) == AnswerWanted && HasRoom())
            call.AnswerDeadline();
        else
            call.Reset(ServerCall.ResetCancel);
    }

    // A flush that was cancelled looks like any other here; the next one says whether the pipe takes more. A blocked one ends with the reset that follows.
    private bool HasRoom()
    {
        var flush = pipe.FlushAsync(CancellationToken.None).AsTask();
        return flush.IsCompletedSuccessfully && !flush.Result.IsCompleted;
    }

    private WriteFlags Serialize<T>(T message, Action<T, SerializationContext> serializer, WriteOptions? options)
    {
        var flags = (options ?? call.WriteOptions)?.Flags ?? default;
        var compression = (flags & WriteFlags.NoCompress) != 0 ? null : Encoding;
        try
        {
            _unflushed += ResponseSerializer.Write(message, serializer, pipe, call.Settings, compression);
        }
        catch (BrokenMessageException)
        {
            call.Reset(ServerCall.ResetInternal);
            throw;
        }

        return flags;
    }

    private async Task WriteAfterAsync<T>(
        Task started, T message, Action<T, SerializationContext> serializer, WriteOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            await started;
            var flags = Serialize(message, serializer, options);
            if ((flags & WriteFlags.BufferHint) != 0 && _unflushed < BufferLimit)
            {
                Leave();
                return;
            }
        }
        catch
        {
            Leave();
            throw;
        }

        await FlushAsync(cancellationToken);
    }

    private Task FlushAsync(CancellationToken cancellationToken)
    {
        ValueTask<FlushResult> flush;
        try
        {
            _unflushed = 0;
            flush = pipe.FlushAsync(cancellationToken);
            if (flush.IsCompletedSuccessfully)
            {
                var result = flush.Result;
                Leave();
                return result.IsCompleted || result.IsCanceled ? Task.FromException(call.WhyOver()) : Task.CompletedTask;
            }
        }
        catch (Exception ex)
        {
            Leave();
            return Task.FromException(ex);
        }

        return WaitAsync(flush);
    }

    private async Task WaitAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result;
        try
        {
            result = await flush;
        }
        finally
        {
            Leave();
        }

        if (result.IsCompleted || result.IsCanceled)
            throw call.WhyOver();
    }
}
