using System.Collections.Concurrent;
using System.Net;

namespace Hierarchy.Domain.Sites;

/// <summary>
/// Answers which servers are near: the client's own site first, then by path cost, then health, then a stable spread by client id. Servers without a site come after those with one, the root last, unless it stands in
/// the client's site. Immutable; made anew when the network, the servers or their health change. An answer allocates nothing but itself.
/// </summary>
/// <remarks>
/// One answer never names servers of different deciders: a client that fails over would be told what somebody else approved. Where a server stands in the client's own site, the nearest one's decider counts; elsewhere that
/// of the server that the client asks.
/// </remarks>
public sealed class Locator
{
    // Answers are a handful; more are sorted on the heap.
    private const int MostOnStack = 32;

    // Costs that are kept: 32 MiB, or 8,000 sites that ask with servers in 1,000.
    private const int MaxKeptCosts = 8 * 1024 * 1024;

    private readonly ServerLocation[] _servers;
    private readonly Entry[] _entries;
    private readonly Slice[] _deciders;
    private readonly Distances _distances;
    private readonly Guid? _ownDecider;

    /// <summary>Builds it.</summary>
    /// <param name="map">The network.</param>
    /// <param name="servers">All servers.</param>
    /// <param name="self">The server that answers; unknown ids are allowed.</param>
    /// <param name="previous">What was used before: what it knows of distances is taken over where the network is the same.</param>
    public Locator(SiteMap map, IEnumerable<ServerLocation> servers, Guid self = default, Locator? previous = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(servers);
        Map = map;
        _servers = [.. servers.OrderBy(server => server.Decider)];
        string[] sites = [.. _servers.Select(server => server.Site).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
        _distances = previous is not null && ReferenceEquals(previous.Map, map) && previous._distances.Sites.SequenceEqual(sites) ? previous._distances : new Distances(map, sites);
        _entries = new Entry[_servers.Length];
        var slices = new List<Slice>();
        for (var i = 0; i < _servers.Length; i++)
        {
            var server = _servers[i];
            _entries[i] = new Entry(ServerRanking.HashServer(server.Id), Tier(server) << 48 | (ulong)server.EffectiveHealth, Array.BinarySearch(sites, server.Site, StringComparer.OrdinalIgnoreCase));
            if (slices.Count == 0 || slices[^1].Decider != server.Decider) slices.Add(new Slice(server.Decider, i, 0));
            slices[^1] = slices[^1] with { Count = slices[^1].Count + 1 };
            if (server.Id == self) _ownDecider = server.Decider;
        }

        _deciders = [.. slices];
    }

    /// <summary>A tree without sites and servers.</summary>
    public static Locator Empty { get; } = new(SiteMap.Empty, []);

    /// <summary>The network.</summary>
    public SiteMap Map { get; }

    /// <summary>All servers, in no order that matters.</summary>
    public IReadOnlyList<ServerLocation> Servers => _servers;

    /// <summary>The servers for the site that owns the address, or for the default site, best first.</summary>
    /// <param name="clientId">Any stable id of the client.</param>
    /// <param name="address">The address that the client is seen at.</param>
    /// <param name="limit">At most so many.</param>
    public RankedServer[] Locate(string clientId, IPAddress address, int limit = int.MaxValue) => Locate(clientId, Map.Find(address)?.Name, limit);

    /// <summary>The same for a site; null or empty for a client outside every site.</summary>
    public RankedServer[] Locate(string clientId, string? site, int limit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(clientId);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var client = ServerRanking.HashClient(clientId);
        var costs = _distances.From(site);
        return Rank(client, costs, SliceFor(client, costs), limit);
    }

    /// <summary>All servers in the order of a client's preference, those of other deciders included: for explanations.</summary>
    public RankedServer[] LocateAll(string clientId, string? site)
    {
        ArgumentNullException.ThrowIfNull(clientId);
        return Rank(ServerRanking.HashClient(clientId), _distances.From(site), new Slice(default, 0, _servers.Length), int.MaxValue);
    }

    /// <summary>The decider of the servers that a client of the site is told of.</summary>
    public Guid DeciderFor(string clientId, string? site)
    {
        ArgumentNullException.ThrowIfNull(clientId);
        return SliceFor(ServerRanking.HashClient(clientId), _distances.From(site)).Decider;
    }

    private static ulong Tier(ServerLocation server) => server.IsRoot ? 3UL : server.Site.Length == 0 ? 2UL : 1UL;

    private Slice SliceFor(ulong client, int[] costs)
    {
        if (_deciders.Length == 0) return default;
        if (_deciders.Length == 1) return _deciders[0];
        Span<Key> nearest = stackalloc Key[1];
        Best(client, costs, new Slice(default, 0, _servers.Length), nearest);
        var best = nearest[0].Server;
        var decider = costs[_entries[best].Site] != 0 && _ownDecider is { } own ? own : _servers[best].Decider;
        foreach (var slice in _deciders)
            if (slice.Decider == decider)
                return slice;
        return default; // Not reached: every decider has a slice.
    }

    private RankedServer[] Rank(ulong client, int[] costs, Slice slice, int limit)
    {
        var count = Math.Min(limit, slice.Count);
        var best = count <= MostOnStack ? stackalloc Key[count] : new Key[count];
        Best(client, costs, slice, best);
        var answer = new RankedServer[count];
        for (var i = 0; i < count; i++) answer[i] = new RankedServer(_servers[best[i].Server], costs[_entries[best[i].Server].Site]);
        return answer;
    }

    /// <summary>Fills <paramref name="best"/> in order. A client wants a handful out of perhaps a thousand: most servers fail the first comparison.</summary>
    private void Best(ulong client, int[] costs, Slice slice, Span<Key> best)
    {
        if (best.IsEmpty) return;
        var count = 0;
        var isAll = best.Length == slice.Count;
        for (var i = slice.Start; i < slice.Start + slice.Count; i++)
        {
            ref readonly var entry = ref _entries[i];
            var cost = costs[entry.Site];
            // In the client's own site nothing but health counts, the root included.
            var preference = cost == 0 ? entry.Fixed & 0xFF : entry.Fixed | (ulong)cost << 8;
            if (isAll)
            {
                best[count++] = new Key(preference, ServerRanking.Mix(client ^ entry.IdHash), i);
                continue;
            }

            if (count == best.Length && preference > best[^1].Preference) continue;
            Insert(best, ref count, new Key(preference, ServerRanking.Mix(client ^ entry.IdHash), i));
        }

        if (isAll) best.Sort(Compare);
    }

    private void Insert(Span<Key> best, ref int count, Key key)
    {
        if (count < best.Length) count++;
        else if (Compare(key, best[^1]) >= 0) return;

        var i = count - 1;
        for (; i > 0 && Compare(key, best[i - 1]) < 0; i--) best[i] = best[i - 1];
        best[i] = key;
    }

    private int Compare(Key left, Key right)
    {
        if (left.Preference != right.Preference) return left.Preference < right.Preference ? -1 : 1;
        if (left.Weight != right.Weight) return left.Weight > right.Weight ? -1 : 1;
        return _servers[left.Server].Id.CompareTo(_servers[right.Server].Id);
    }

    private readonly record struct Slice(Guid Decider, int Start, int Count);

    /// <param name="IdHash">What the server adds to a pair's weight.</param>
    /// <param name="Fixed">Tier and health, packed so that with the cost between them one comparison orders servers.</param>
    /// <param name="Site">Its site's number among those of servers.</param>
    private readonly record struct Entry(ulong IdHash, ulong Fixed, int Site);

    private readonly record struct Key(ulong Preference, ulong Weight, int Server);

    /// <summary>What the sites with servers cost from each site that a client asked from.</summary>
    private sealed class Distances(SiteMap map, string[] sites)
    {
        private readonly ConcurrentDictionary<string, int[]> _known = new(StringComparer.OrdinalIgnoreCase);
        private readonly int[] _fromNowhere = [.. sites.Select(_ => SiteMap.UnknownCost)];

        public string[] Sites => sites;

        public int[] From(string? site)
        {
            if (string.IsNullOrEmpty(site)) return _fromNowhere;
            if (_known.TryGetValue(site, out var known)) return known;
            if (_known.Count >= Math.Max(1, MaxKeptCosts / Math.Max(1, sites.Length))) _known.Clear();
            return _known[site] = [.. sites.Select(to => map.Cost(site, to))];
        }
    }
}
