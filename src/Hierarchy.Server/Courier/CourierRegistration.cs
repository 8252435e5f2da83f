using Hierarchy.Content.Adoption;
using Hierarchy.Domain.View;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Courier;

/// <summary>Files for, and from, servers without a connection.</summary>
internal static class CourierRegistration
{
    /// <summary>In place of a replica that calls its parent.</summary>
    public static void AddCourierRole(this IServiceCollection services, EnrolledServer self)
    {
        services.AddSingleton<CourierRole>();
        services.AddSingleton<SelfDescription>(provider =>
        {
            var role = provider.GetRequiredService<CourierRole>();
            return () => self with { ParentId = role.ParentId };
        });
        services.AddHostedService(provider => provider.GetRequiredService<CourierRole>());
    }

    public static void AddCourier(this IServiceCollection services, DataDirectory data)
    {
        services.AddSingleton<ContentIntake>();
        services.AddSingleton<CourierContent>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CourierExport>(provider, data));
        services.AddSingleton<StatusExport>();
        services.AddSingleton<CourierImport>();
        services.AddSingleton<StatusImport>();
        services.AddSingleton<CourierEndpoint>();
    }
}
