using Hierarchy.Domain;

namespace Hierarchy.Server.Auditing;

/// <summary>Who changed what: written, kept, shown.</summary>
internal static class AuditRegistration
{
    /// <summary>Writing and showing, for every role.</summary>
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<AuditAdministration>();
        services.AddSingleton<AuditEndpoint>();
    }

    /// <summary>Keeping within bounds, at a server that decides.</summary>
    public static void AddAuditKeeper(this IServiceCollection services, IConfiguration configuration)
    {
        var options = new AuditOptions();
        configuration.GetSection(AuditOptions.Section).Bind(options);
        var errors = options.Validate().ToArray();
        if (errors.Length > 0) throw new IntegrityException(string.Join(Environment.NewLine, errors));
        services.AddSingleton(options);
        services.AddSingleton<AuditKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditKeeper>());
    }
}
