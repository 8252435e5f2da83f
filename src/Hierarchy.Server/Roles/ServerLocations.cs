using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>The servers of the tree and the network that they stand in, as the locator wants them. Made anew only when sites, servers or their health changed.</summary>
internal sealed class ServerLocations(ViewPublisher views, ServerDirectory directory)
{
    private volatile Cached? _cached;

    /// <summary>The network and the servers, now.</summary>
    public (SiteMap Map, IReadOnlyList<ServerLocation> Servers) Current
    {
        get
        {
            var view = views.View;
            var healthVersion = directory.HealthVersion;
            var cached = _cached;
            var isOldNetwork = cached is not null && ReferenceEquals(cached.Sites, view.Sites) && ReferenceEquals(cached.Links, view.Links) && cached.Settings == view.TreeSettings;
            if (isOldNetwork && ReferenceEquals(cached!.Enrolled, view.Servers) && cached.HealthVersion == healthVersion) // The old network is the cached one.
                return (cached.Map, cached.Servers);

            var map = isOldNetwork ? cached!.Map : new SiteMap(view.Sites.Values, view.TreeSettings.DefaultSite, view.Links.Values);
            var servers = view.Servers.Values.Where(server => server.GrpcUrl.Length > 0).Select(server => Locate(server, view, directory.HealthOf(server.Id))).ToArray();
            _cached = new Cached(view.Sites, view.Links, view.TreeSettings, view.Servers, healthVersion, map, servers);
            return (map, servers);
        }
    }

    private static ServerLocation Locate(EnrolledServer server, ServedView view, ServerHealth health) => new()
    {
        Id = server.Id,
        Name = server.Name,
        Site = server.Site,
        GrpcUrl = server.GrpcUrl,
        ContentUrl = server.ContentUrl,
        IsRoot = server.ParentId is null,
        Decider = view.DeciderOf(server.Id) is { IsAutonomous: true } decider ? decider.Id : Guid.Empty,
        Health = health,
    };

    private sealed record Cached(object Sites, object Links, TreeSettings Settings, object Enrolled, int HealthVersion, SiteMap Map, IReadOnlyList<ServerLocation> Servers);
}
