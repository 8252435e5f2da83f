using Grpc.AspNetCore.HealthChecks;
using Grpc.AspNetCore.HealthChecks.Internal;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the health service of gRPC.</summary>
public static class GrpcHealthChecksServiceExtensions
{
    /// <summary>Registers the health service; the server as a whole stands for all checks.</summary>
    public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services)
        => services.AddGrpcHealthChecks(_ => { });

    /// <summary>Registers the health service with mappings.</summary>
    public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services, Action<GrpcHealthChecksOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<HealthBoard>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHealthCheckPublisher, HealthBoard>(s => s.GetRequiredService<HealthBoard>()));
        services.Configure<GrpcHealthChecksOptions>(o => o.Services.Map("", _ => true));
        services.Configure(configure);
        return services.AddHealthChecks();
    }
}
