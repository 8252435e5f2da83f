using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The stream of responses as a handler sees it.</summary>
internal sealed class ResponseWriter<T>(ResponseOutput output, Action<T, SerializationContext> serializer) : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (message is null)
            return Task.FromException(new ArgumentNullException(nameof(message)));
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        return output.WriteAsync(message, serializer, WriteOptions, cancellationToken);
    }
}
