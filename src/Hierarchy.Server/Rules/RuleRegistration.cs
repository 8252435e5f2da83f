using Hierarchy.Domain.Changes;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Upstream;

namespace Hierarchy.Server.Rules;

/// <summary>Rules, and who runs them.</summary>
internal static class RuleRegistration
{
    /// <summary>Every server lists them.</summary>
    public static void AddRules(this IServiceCollection services)
    {
        services.AddSingleton<ApprovalRuleAdministration>();
        services.AddSingleton<DeclineRuleAdministration>();
        services.AddSingleton<SupersededDecliner>();
        services.AddSingleton<SupersededReport>();
        services.AddSingleton<RuleRunner>();
        services.AddSingleton<RuleEndpoint>();
    }

    /// <summary>A root runs them at the end of its synchronizations, and at its start what that had no time for.</summary>
    public static void AddRulesOfRoot(this IServiceCollection services, Uri upstream) => services.AddHostedService(provider => Watch(
        provider, async cancellationToken =>
            await provider.GetRequiredService<SyncJournal>().LoadStandingAsync(upstream, provider.GetRequiredService<IAuthorityLog>(), cancellationToken)));

    /// <summary>An autonomous server runs its own when its parent's catalog has new updates.</summary>
    public static void AddRulesOfAutonomous(this IServiceCollection services) => services.AddHostedService(provider => Watch(provider, finished: null));

    private static RuleWatch Watch(IServiceProvider provider, Func<CancellationToken, ValueTask<long>>? finished) => new(
        provider.GetRequiredService<RuleRunner>(), provider.GetRequiredService<SupersededDecliner>(), provider.GetRequiredService<ViewPublisher>(), provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<RuleWatch>>(), finished);
}
