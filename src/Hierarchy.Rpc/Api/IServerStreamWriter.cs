namespace Grpc.Core;

/// <summary>Writes the responses of a stream.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
