namespace Hierarchy.Server.Effects;

/// <summary>What would happen.</summary>
internal static class EffectRegistration
{
    /// <summary>For every role.</summary>
    public static void AddEffects(this IServiceCollection services)
    {
        services.AddSingleton<ContentOutlook>();
        services.AddSingleton<DecisionOutlook>();
    }
}
