namespace Hierarchy.Server.Search;

/// <summary>Finding updates.</summary>
internal static class SearchRegistration
{
    /// <summary>For every role.</summary>
    public static void AddSearch(this IServiceCollection services)
    {
        services.AddSingleton<StatusBook>();
        services.AddSingleton<UpdateSearch>();
    }
}
