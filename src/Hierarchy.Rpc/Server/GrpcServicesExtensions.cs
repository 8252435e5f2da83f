using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Internal;
using Grpc.AspNetCore.Server.Model;
using Grpc.AspNetCore.Server.Model.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers gRPC.</summary>
public static class GrpcServicesExtensions
{
    /// <summary>Registers what gRPC services need.</summary>
    public static IGrpcServerBuilder AddGrpc(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRoutingCore();
        services.Configure<RouteOptions>(o => o.SetParameterPolicy<UnimplementedConstraint>(UnimplementedConstraint.Name));
        services.AddOptions();
        services.TryAddSingleton<MappedServices>();
        services.TryAddSingleton(new ServiceLifetimes(services));
        services.TryAddSingleton(typeof(CallHandlerFactory<>));
        services.TryAddSingleton(typeof(ServiceRoutes<>));
        services.TryAddSingleton(typeof(IGrpcServiceActivator<>), typeof(DefaultServiceActivator<>));
        services.TryAddSingleton(typeof(IGrpcInterceptorActivator<>), typeof(DefaultInterceptorActivator<>));
        services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IServiceMethodProvider<>), typeof(BinderServiceMethodProvider<>)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<DefinitionMarker>, DefinitionServiceMethodProvider>());
        services.Configure<GrpcServiceOptions<DefinitionMarker>>(o => o.SuppressCreatingService = true);
        return new GrpcServerBuilder(services);
    }

    /// <summary>Registers what gRPC services need, with options for all of them.</summary>
    public static IGrpcServerBuilder AddGrpc(this IServiceCollection services, Action<GrpcServiceOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.Configure(configureOptions).AddGrpc();
    }

    /// <summary>Sets options of one service.</summary>
    public static IGrpcServerBuilder AddServiceOptions<TService>(this IGrpcServerBuilder grpcBuilder, Action<GrpcServiceOptions<TService>> configure)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(grpcBuilder);
        grpcBuilder.Services.Configure(configure);
        return grpcBuilder;
    }

    private sealed class GrpcServerBuilder(IServiceCollection services) : IGrpcServerBuilder
    {
        public IServiceCollection Services { get; } = services;
    }
}
