using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>The stream of requests as a caller sees it.</summary>
internal sealed class RequestWriter<T>(ClientCall call, StreamContent content, Action<T, SerializationContext> serializer) : IClientStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (message is null)
            return Task.FromException(new ArgumentNullException(nameof(message)));
        ObjectDisposedException.ThrowIf(call.IsDisposed, call);
        if (cancellationToken.IsCancellationRequested)
        {
            call.CancelBy(cancellationToken);
            return Task.FromException(call.WhyOver());
        }

        var write = content.WriteAsync(message, serializer, WriteOptions);
        return write.IsCompleted || !cancellationToken.CanBeCanceled ? write : WaitAsync(write, cancellationToken);
    }

    public Task CompleteAsync()
    {
        ObjectDisposedException.ThrowIf(call.IsDisposed, call);
        return content.CompleteAsync();
    }

    private async Task WaitAsync(Task write, CancellationToken cancellationToken)
    {
        using (call.RegisterCancellation(cancellationToken))
            await write;
    }
}
