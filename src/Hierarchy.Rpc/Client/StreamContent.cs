using System.Net;
using System.Threading.Tasks.Sources;
using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// The body of a request with a stream of messages. Writers append to one buffer while the other is on its way, so that messages
/// which are written faster than they leave travel together: one write and one flush for all of them.
/// </summary>
internal sealed class StreamContent(ClientCall call, bool hasStreamOfResponses) : HttpContent, IValueTaskSource
{
    // A writer waits when this much is queued: enough to fill the connection while the next messages are made.
    private const int QueueLimit = 128 * 1024;

    private readonly Lock _lock = new();
    private PooledBufferWriter _queue = new(1024, QueueLimit);
    private PooledBufferWriter _sending = new(1024, QueueLimit);
    private ManualResetValueTaskSourceCore<bool> _wakeUp;
    private TaskCompletionSource? _space;
    private bool _pumpWaits;
    private bool _completed;
    private bool _aborted;

    /// <summary>Queues a message. The task completes when there is room for the next.</summary>
    public Task WriteAsync<T>(T message, Action<T, SerializationContext> serializer, WriteOptions? options)
        where T : class
    {
        bool wakes;
        Task result;
        lock (_lock)
        {
            if (_completed)
                return Task.FromException(new InvalidOperationException("Request stream has already been completed."));
            if (_aborted)
                return Task.FromException(WhyAborted());
            if (_space is not null)
                return Task.FromException(new InvalidOperationException("Can't write the message because the previous write is in progress."));
            try
            {
                RequestSerializer.Write(message, serializer, _queue, call.Channel.MaxSendSize, call.CompressionFor(options));
            }
            catch (Exception ex)
            {
                return Task.FromException(ex);
            }

            var isFull = _queue.Length >= QueueLimit;
            var hint = ((options ?? call.Options.WriteOptions)?.Flags ?? default) & WriteFlags.BufferHint;
            wakes = _pumpWaits && (isFull || hint == 0);
            if (wakes)
                _pumpWaits = false;
            result = isFull ? (_space = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }

        if (wakes)
            _wakeUp.SetResult(true);
        return result;
    }

    /// <summary>Ends the stream behind what is queued.</summary>
    public Task CompleteAsync()
    {
        lock (_lock)
        {
            if (_space is not null && !_aborted)
                return Task.FromException(new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress."));
            _completed = true;
            if (!_pumpWaits)
                return Task.CompletedTask;
            _pumpWaits = false;
        }

        _wakeUp.SetResult(true);
        return Task.CompletedTask;
    }

    /// <summary>Ends the stream because the call is over.</summary>
    public void Abort()
    {
        TaskCompletionSource? space;
        bool wakes;
        lock (_lock)
        {
            if (_aborted)
                return;
            _aborted = true;
            space = _space;
            wakes = _pumpWaits;
            _pumpWaits = false;
        }

        space?.TrySetException(WhyAborted());
        if (wakes)
            _wakeUp.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _wakeUp.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wakeUp.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _wakeUp.OnCompleted(continuation, state, token, flags);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The token fires when the server ends the stream early or the call is cancelled: the waiting pump has to notice.
        using var registration = cancellationToken.UnsafeRegister(static state => ((StreamContent)state!).WakeUp(), this);
        try
        {
            await PumpAsync(stream, cancellationToken);
        }
        catch when (hasStreamOfResponses)
        {
            // The status may wait behind responses that nobody reads while a writer waits for room. With a single response it is on its way here.
            Abort();
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task PumpAsync(Stream stream, CancellationToken cancellationToken)
    {
        // Headers leave now: the server may answer before it is sent anything.
        await stream.FlushAsync(cancellationToken);
        while (true)
        {
            switch (Next(cancellationToken))
            {
                case Step.Send:
                    await stream.WriteAsync(_sending.WrittenMemory, cancellationToken);
                    if (EndSend())
                        await stream.FlushAsync(cancellationToken);
                    break;
                case Step.Wait:
                    await new ValueTask(this, _wakeUp.Version);
                    break;
                default:
                    return;
            }
        }
    }

    private Step Next(CancellationToken cancellationToken)
    {
        TaskCompletionSource? space = null;
        lock (_lock)
        {
            if (_aborted || cancellationToken.IsCancellationRequested)
            {
                _queue.Dispose();
                _sending.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                throw new OperationCanceledException("The call is over.");
            }

            if (_queue.Length == 0)
            {
                // An idle stream holds no buffers.
                _queue.Dispose();
                _sending.Dispose();
                if (_completed)
                    return Step.End;
                _wakeUp.Reset();
                _pumpWaits = true;
                return Step.Wait;
            }

            (_queue, _sending) = (_sending, _queue);
            (space, _space) = (_space, null);
        }

        space?.TrySetResult();
        return Step.Send;
    }

    private Exception WhyAborted() => call.IsOver
        ? call.WhyOver()
        : new RpcException(new Status(StatusCode.Cancelled, "The stream of requests has ended; the reader of responses has the status."));

    /// <summary>Clears what was sent. True when nothing more is queued, so that it is time to flush.</summary>
    private bool EndSend()
    {
        lock (_lock)
        {
            _sending.Clear();
            return _queue.Length == 0;
        }
    }

    private void WakeUp()
    {
        lock (_lock)
        {
            if (!_pumpWaits)
                return;
            _pumpWaits = false;
        }

        _wakeUp.SetResult(true);
    }

    private enum Step
    {
        Send,
        Wait,
        End,
    }
}
