namespace Grpc.AspNetCore.Server;

/// <summary>A service or interceptor for one call.</summary>
public readonly struct GrpcActivatorHandle<T>
{
    /// <summary>Creates a handle.</summary>
    public GrpcActivatorHandle(T instance, bool created, object? state)
    {
        Instance = instance;
        Created = created;
        State = state;
    }

    /// <summary>The instance.</summary>
    public T Instance { get; }

    /// <summary>Whether the activator created it and so has to dispose of it.</summary>
    public bool Created { get; }

    /// <summary>A state of the activator.</summary>
    public object? State { get; }
}
