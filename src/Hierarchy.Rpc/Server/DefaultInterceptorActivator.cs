using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Takes interceptors without arguments from the container, and creates the others.</summary>
internal sealed class DefaultInterceptorActivator<TInterceptor> : IGrpcInterceptorActivator<TInterceptor>
    where TInterceptor : Interceptor
{
    public GrpcActivatorHandle<Interceptor> Create(IServiceProvider serviceProvider, InterceptorRegistration interceptorRegistration)
    {
        if (interceptorRegistration.Arguments.Count == 0 && serviceProvider.GetService<TInterceptor>() is { } registered)
            return new GrpcActivatorHandle<Interceptor>(registered, created: false, state: null);
        return new GrpcActivatorHandle<Interceptor>(interceptorRegistration.CreateInstance(serviceProvider), created: true, state: null);
    }

    public ValueTask ReleaseAsync(GrpcActivatorHandle<Interceptor> interceptor)
    {
        if (interceptor.Created)
        {
            if (interceptor.Instance is IAsyncDisposable asyncDisposable)
                return asyncDisposable.DisposeAsync();
            (interceptor.Instance as IDisposable)?.Dispose();
        }

        return default;
    }
}
