namespace Grpc.Core;

/// <summary>Takes the parts of call credentials.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>Takes joined credentials.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>Takes a function that adds headers.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}
