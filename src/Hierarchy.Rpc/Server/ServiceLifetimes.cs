using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Tells which services can be had without a scope for the call: a scope is a quarter of what a small call costs in memory, and a service that is
/// a singleton, or is made of singletons alone, has no use for one.
/// </summary>
internal sealed class ServiceLifetimes(IServiceCollection registered)
{
    /// <summary>Whether the root provider gives the same service as the provider of a request. Only for the framework's own container: others know registrations that are not in the collection.</summary>
    public bool NeedsNoScope(Type service, IServiceProvider root)
    {
        if (root.GetType().Assembly != typeof(ServiceProvider).Assembly)
            return false;
        if (Lifetime(service) is { } own)
            return own == ServiceLifetime.Singleton;
        var constructors = service.GetConstructors();
        return constructors.Length == 1 && constructors[0].GetParameters().All(p =>
            !p.IsDefined(typeof(FromKeyedServicesAttribute), inherit: false) && Lifetime(p.ParameterType) == ServiceLifetime.Singleton);
    }

    private ServiceLifetime? Lifetime(Type type)
        => registered.LastOrDefault(d => !d.IsKeyedService && d.ServiceType == type) is { } exact ? exact.Lifetime
            : type.IsConstructedGenericType && registered.LastOrDefault(d => !d.IsKeyedService && d.ServiceType == type.GetGenericTypeDefinition()) is { } open ? open.Lifetime
            : null;
}
