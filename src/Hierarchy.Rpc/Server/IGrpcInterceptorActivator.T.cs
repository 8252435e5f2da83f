using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>Gives each call the interceptors of one type.</summary>
public interface IGrpcInterceptorActivator<TInterceptor> : IGrpcInterceptorActivator
    where TInterceptor : Interceptor
{
}
