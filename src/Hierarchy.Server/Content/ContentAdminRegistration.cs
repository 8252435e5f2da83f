using Hierarchy.Content.Bandwidth;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.View;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Content;

/// <summary>Administration of content, and the links that it crosses.</summary>
internal static class ContentAdminRegistration
{
    /// <summary>Before the content room, which takes the gate that this adds.</summary>
    public static void AddContentLinks(this IServiceCollection services, ServerOptions options, Func<IServiceProvider, Func<IReadOnlyList<SiteNeighbour>>> neighbours)
    {
        services.AddSingleton(provider =>
        {
            var views = provider.GetRequiredService<ViewPublisher>();
            var self = provider.GetRequiredService<SelfDescription>();
            return new ContentLinks(provider.GetRequiredService<ServerLocations>(), neighbours(provider), options.Site, () => SiteOfParent(views.View, self()));
        });
        services.AddSingleton(provider =>
        {
            var plans = provider.GetRequiredService<Hierarchy.Content.Planning.ContentPlans>();
            return new BandwidthGate(provider.GetRequiredService<ContentLinks>().PathTo, () => plans.Current.Rules.ClosedForClients, provider.GetRequiredService<TimeProvider>());
        });
    }

    public static void AddContentAdministration(this IServiceCollection services)
    {
        services.AddSingleton<ContentPolicyAdministration>();
        services.AddSingleton<ContentStatusSampler>();
        services.AddSingleton<ContentServiceEndpoint>();
    }

    private static string SiteOfParent(ServedView view, EnrolledServer self) => self.ParentId is { } parent ? view.Servers.GetValueOrDefault(parent)?.Site ?? "" : "";
}
