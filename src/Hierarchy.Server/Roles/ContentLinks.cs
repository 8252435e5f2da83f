using Hierarchy.Content;
using Hierarchy.Content.Bandwidth;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Sites;

namespace Hierarchy.Server.Roles;

/// <summary>
/// The links between this server and where its files come from, with what they let through here. Where several servers of the site take files from outside, each keeps to its share: the schedule is that of
/// the link, and they do not talk about every byte. Microsoft Update is reached over no link that is known.
/// </summary>
internal sealed class ContentLinks(ServerLocations locations, Func<IReadOnlyList<SiteNeighbour>> neighbours, string site, Func<string> parentSite)
{
    private volatile Cached? _cached;

    /// <summary>The links to an origin.</summary>
    public IReadOnlyList<LinkLimit> PathTo(ContentOrigin origin) => origin.Kind == ContentOriginKind.Parent ? PathTo(parentSite()) : [];

    /// <summary>The links to the parent.</summary>
    public IReadOnlyList<LinkLimit> PathToParent() => PathTo(parentSite());

    internal static LinkLimit LimitOf(SiteLink link, int shares)
    {
        var schedule = link.Schedule;
        return new LinkLimit($"{link.From} - {link.To}", now => schedule.RateAt(now) is { } rate ? rate == 0 ? 0 : Math.Max(1, rate / shares) : null, schedule.NextChange);
    }

    private IReadOnlyList<LinkLimit> PathTo(string other)
    {
        if (site.Length == 0 || other.Length == 0) return [];
        var map = locations.Current.Map;
        var shares = neighbours().Count + 1;
        var cached = _cached;
        if (cached is not null && ReferenceEquals(cached.Map, map) && cached.Other == other && cached.Shares == shares) return cached.Path;
        LinkLimit[] path = [.. map.Path(site, other).Where(link => !link.Schedule.IsUnlimited).Select(link => LimitOf(link, shares))];
        _cached = new Cached(map, other, shares, path);
        return path;
    }

    private sealed record Cached(SiteMap Map, string Other, int Shares, IReadOnlyList<LinkLimit> Path);
}
