namespace Grpc.Core;

/// <summary>Takes the methods of a service, one after the other. Generated code calls it.</summary>
public class ServiceBinderBase
{
    /// <summary>Adds a handler that takes one request and answers once. Handlers may be null when only the methods are wanted.</summary>
    public virtual void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class
        => throw new NotSupportedException();

    /// <summary>Adds a handler that takes a stream of requests and answers once. Handlers may be null when only the methods are wanted.</summary>
    public virtual void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class
        => throw new NotSupportedException();

    /// <summary>Adds a handler that takes one request and answers with a stream. Handlers may be null when only the methods are wanted.</summary>
    public virtual void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class
        => throw new NotSupportedException();

    /// <summary>Adds a handler that takes a stream of requests and answers with a stream. Handlers may be null when only the methods are wanted.</summary>
    public virtual void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class
        => throw new NotSupportedException();
}
