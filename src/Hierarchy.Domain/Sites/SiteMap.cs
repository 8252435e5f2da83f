using System.Collections.Frozen;
using System.Net;

namespace Hierarchy.Domain.Sites;

/// <summary>The network as the locator knows it: sites, who owns which address, and what a path between two sites costs. Immutable; swapped whole.</summary>
public sealed class SiteMap
{
    /// <summary>The cost between different sites as long as no links say otherwise; the default of a site link in Active Directory.</summary>
    public const int UnlinkedCost = 100;

    /// <summary>Stands where no path is known: from or to a server or client without a site.</summary>
    public const int UnknownCost = int.MaxValue;

    private readonly FrozenDictionary<string, Site> _byName;
    private readonly LinkPaths _paths;

    /// <summary>Builds the map; the first of several sites with one name counts.</summary>
    /// <param name="sites">All sites.</param>
    /// <param name="defaultSite">The site of clients outside every subnet; null or an unknown name for none.</param>
    /// <param name="links">All links. As long as there is none in the whole tree, any two sites are <see cref="UnlinkedCost"/> apart; from the first one on, sites that no path of links joins are not near at all.</param>
    public SiteMap(IEnumerable<Site> sites, string? defaultSite = null, IEnumerable<SiteLink>? links = null)
    {
        var unique = sites.DistinctBy(site => site.Name, StringComparer.OrdinalIgnoreCase).ToArray();
        _byName = unique.ToFrozenDictionary(site => site.Name, StringComparer.OrdinalIgnoreCase);
        _paths = new LinkPaths(links ?? []);
        Sites = unique;
        Subnets = SubnetTable.Build(unique);
        DefaultSite = FindByName(defaultSite);
    }

    /// <summary>A tree without sites.</summary>
    public static SiteMap Empty { get; } = new([]);

    /// <summary>All sites, each name once.</summary>
    public IReadOnlyList<Site> Sites { get; }

    /// <summary>Who owns which address.</summary>
    public SubnetTable Subnets { get; }

    /// <summary>The site of clients outside every subnet; null for none.</summary>
    public Site? DefaultSite { get; }

    /// <summary>The site that owns the address, else the default site, else null.</summary>
    public Site? Find(IPAddress address) => Subnets.TryFind(address, out var match) ? match.Site : DefaultSite;

    /// <summary>The site of that name, whatever the letter case; null for none.</summary>
    public Site? FindByName(string? name) => string.IsNullOrEmpty(name) ? null : _byName.GetValueOrDefault(name);

    /// <summary>0 within a site, else the path's cost; <see cref="UnknownCost"/> when a side has no site or no path is known.</summary>
    public int Cost(string? fromSite, string? toSite)
    {
        if (string.IsNullOrEmpty(fromSite) || string.IsNullOrEmpty(toSite)) return UnknownCost;
        if (string.Equals(fromSite, toSite, StringComparison.OrdinalIgnoreCase)) return 0;
        return _paths.IsEmpty ? UnlinkedCost : _paths.Cost(fromSite, toSite);
    }

    /// <summary>The links of the cheapest path, from the first site to the second; the same ones in both directions. Empty within a site, and where <see cref="Cost"/> knows no path or there are no links.</summary>
    public IReadOnlyList<SiteLink> Path(string? fromSite, string? toSite) =>
        string.IsNullOrEmpty(fromSite) || string.IsNullOrEmpty(toSite) ? [] : _paths.Path(fromSite, toSite);
}
