using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Roles;

/// <summary>The locator of this server, over the network and the servers as its view and its samples know them. Made anew only when sites, links, servers or their health changed.</summary>
internal sealed class ServerLocations(ViewPublisher views, ServerDirectory directory, LoadMeter load, ServerIdentity self)
{
    private volatile Cached? _cached;

    /// <summary>Now.</summary>
    public Locator Current
    {
        get
        {
            var view = views.View;
            var (health, isBusy) = (directory.HealthVersion, load.IsBusy);
            var cached = _cached;
            var isOldNetwork = cached is not null && ReferenceEquals(cached.Sites, view.Sites) && ReferenceEquals(cached.Links, view.Links) && cached.Settings == view.TreeSettings;
            if (isOldNetwork && ReferenceEquals(cached!.Enrolled, view.Servers) && cached.Health == health && cached.IsBusy == isBusy) // The old network is the cached one.
                return cached.Locator;

            var map = isOldNetwork ? cached!.Locator.Map : new SiteMap(view.Sites.Values, view.TreeSettings.DefaultSite, view.Links.Values);
            var servers = view.Servers.Values.Where(server => server.GrpcUrl.Length > 0).Select(server => Locate(server, view));
            var locator = new Locator(map, servers, self.Id, cached?.Locator);
            _cached = new Cached(view.Sites, view.Links, view.TreeSettings, view.Servers, health, isBusy, locator);
            return locator;
        }
    }

    /// <summary>What is known of a server's load at this moment; null for nothing.</summary>
    public double? LoadOf(Guid serverId) => serverId == self.Id ? load.Current : directory.StateOf(serverId)?.Load;

    /// <summary>How this server, and those that it knows of, are: what servers below are told for their own locators.</summary>
    public (int Version, IReadOnlyList<ServerSummary> Servers) Summaries()
    {
        var isBusy = load.IsBusy;
        var version = HashCode.Combine(directory.HealthVersion, isBusy);
        return (version, [new ServerSummary { ServerId = Positions.Id(self.Id), Busy = isBusy }, .. directory.Summaries().Where(server => Positions.Id(server.ServerId, "server") != self.Id)]);
    }

    private ServerLocation Locate(EnrolledServer server, ServedView view)
    {
        // Of itself a server knows more than its samples say.
        var state = server.Id == self.Id ? new ServerState(ServerHealth.Healthy, load.Current, load.IsBusy) : directory.StateOf(server.Id);
        return new ServerLocation
        {
            Id = server.Id,
            Name = server.Name,
            Site = server.Site,
            GrpcUrl = server.GrpcUrl,
            ContentUrl = server.ContentUrl,
            IsRoot = server.ParentId is null,
            Decider = view.DeciderOf(server.Id) is { IsAutonomous: true } decider ? decider.Id : Guid.Empty,
            Health = state?.Health ?? ServerHealth.Healthy,
            Load = state?.Load ?? 0,
            IsBusy = state?.IsBusy ?? false,
        };
    }

    private sealed record Cached(object Sites, object Links, TreeSettings Settings, object Enrolled, int Health, bool IsBusy, Locator Locator);
}
