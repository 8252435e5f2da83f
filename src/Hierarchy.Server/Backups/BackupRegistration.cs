using Hierarchy.Server.Hosting;

namespace Hierarchy.Server.Backups;

/// <summary>Backups: by hand, and by the schedule.</summary>
internal static class BackupRegistration
{
    public static void AddBackups(this IServiceCollection services, DataDirectory data)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<BackupMaker>(provider, data));
        services.AddSingleton<BackupJournal>();
        services.AddSingleton<BackupScheduler>();
        services.AddSingleton<BackupEndpoint>();
        services.AddHostedService(provider => provider.GetRequiredService<BackupScheduler>());
    }
}
