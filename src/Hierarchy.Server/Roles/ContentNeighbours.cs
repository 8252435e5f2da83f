using System.Collections.Immutable;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>
/// The servers beside this one: those of its site that take files from outside it, as this one does. One that stands below a server of the site takes files from that, and one that stands below this one
/// from this: they are no neighbours. Made anew only when servers changed.
/// </summary>
internal sealed class ContentNeighbours(ViewPublisher views, Guid self, string site)
{
    private volatile Cached? _cached;

    /// <summary>The neighbours now; none for a server without a site, and for one whose parent stands in its site.</summary>
    public IReadOnlyList<SiteNeighbour> Current
    {
        get
        {
            if (site.Length == 0) return [];
            var servers = views.View.Servers;
            var cached = _cached;
            if (cached is not null && ReferenceEquals(cached.Servers, servers)) return cached.Neighbours;
            var found = Find(servers, self, site);
            _cached = new Cached(servers, found);
            return found;
        }
    }

    internal static SiteNeighbour[] Find(ImmutableDictionary<Guid, EnrolledServer> servers, Guid self, string site) => !TakesFromOutside(servers, servers.GetValueOrDefault(self), site) ? [] :
    [
        .. servers.Values
            .Where(server => server.Id != self && IsIn(server, site) && TakesFromOutside(servers, server, site) && !StandsBelow(servers, server, self))
            .Select(server => Uri.TryCreate(server.ContentUrl, UriKind.Absolute, out var url) ? new SiteNeighbour(server.Id, url) : null)
            .OfType<SiteNeighbour>().OrderBy(neighbour => neighbour.Id),
    ];

    /// <summary>A root takes them from Microsoft Update; whose parent is not known counts as one that does.</summary>
    private static bool TakesFromOutside(ImmutableDictionary<Guid, EnrolledServer> servers, EnrolledServer? server, string site) =>
        server?.ParentId is not { } parent || !(servers.GetValueOrDefault(parent) is { } above && IsIn(above, site));

    private static bool StandsBelow(ImmutableDictionary<Guid, EnrolledServer> servers, EnrolledServer server, Guid self)
    {
        // No way up is longer than there are servers: parents that name each other end here, too.
        for (var i = 0; i < servers.Count && server.ParentId is { } parent; i++)
        {
            if (parent == self) return true;
            if (servers.GetValueOrDefault(parent) is not { } above) return false;
            server = above;
        }

        return false;
    }

    private static bool IsIn(EnrolledServer server, string site) => string.Equals(server.Site, site, StringComparison.OrdinalIgnoreCase);

    private sealed record Cached(object Servers, IReadOnlyList<SiteNeighbour> Neighbours);
}
