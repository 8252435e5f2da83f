namespace Grpc.Core;

/// <summary>Writes the requests of a stream.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Tells the server that no request follows. Call it once, after the last write.</summary>
    Task CompleteAsync();
}
