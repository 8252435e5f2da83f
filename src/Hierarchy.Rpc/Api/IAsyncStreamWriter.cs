namespace Grpc.Core;

/// <summary>Writes the messages of a stream, one at a time. A write completes when the transport can take the next.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>The options of the writes that follow.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes a message; cancelling ends the call where the implementation supports it.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            throw new NotSupportedException("Cancellation of stream writes is not supported by this stream writer.");
        return WriteAsync(message);
    }
}
