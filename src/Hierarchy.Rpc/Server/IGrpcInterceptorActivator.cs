using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>Gives each call its interceptors.</summary>
public interface IGrpcInterceptorActivator
{
    /// <summary>Gets or creates the interceptor.</summary>
    GrpcActivatorHandle<Interceptor> Create(IServiceProvider serviceProvider, InterceptorRegistration interceptorRegistration);

    /// <summary>Takes the interceptor back after the call.</summary>
    ValueTask ReleaseAsync(GrpcActivatorHandle<Interceptor> interceptor);
}
