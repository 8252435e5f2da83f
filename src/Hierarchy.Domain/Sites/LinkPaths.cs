using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Hierarchy.Domain.Sites;

/// <summary>
/// Cheapest paths over the links of a tree, by Dijkstra's algorithm: once from each site that is asked for, and kept. Of paths of one cost the one with fewer links is taken, then the one through the sites that
/// sort first, so that all servers name the same.
/// </summary>
internal sealed class LinkPaths
{
    public const int NoPath = int.MaxValue;

    // Each site of a kept tree takes eight bytes: 64 MiB at most, which all of 2,800 sites need.
    private const int MaxKept = 8 * 1024 * 1024;

    private readonly FrozenDictionary<string, int> _numbers;
    private readonly SiteLink[] _links;
    private readonly Edge[][] _edges;
    private readonly ConcurrentDictionary<int, Tree> _trees = new();

    public LinkPaths(IEnumerable<SiteLink> links)
    {
        // The order of the links must not matter: servers hold them in different ones.
        _links = [.. links.Where(link => !string.Equals(link.From, link.To, StringComparison.OrdinalIgnoreCase)).DistinctBy(link => link.Key).OrderBy(link => link.Key, StringComparer.Ordinal)];
        var names = _links.SelectMany(link => new[] { link.From, link.To }).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).ToArray();
        _numbers = names.Select((name, number) => (name, number)).ToFrozenDictionary(site => site.name, site => site.number, StringComparer.OrdinalIgnoreCase);
        var edges = names.Select(_ => new List<Edge>()).ToArray();
        for (var i = 0; i < _links.Length; i++)
        {
            var (from, to, cost) = (_numbers[_links[i].From], _numbers[_links[i].To], Math.Max(_links[i].Cost, 1));
            edges[from].Add(new Edge(to, cost, i));
            edges[to].Add(new Edge(from, cost, i));
        }

        _edges = [.. edges.Select(list => list.ToArray())];
    }

    public bool IsEmpty => _links.Length == 0;

    /// <summary>Between two different sites; <see cref="NoPath"/> for none. The first costs a search, the others a look.</summary>
    public int Cost(string from, string to) => _numbers.TryGetValue(from, out var start) && _numbers.TryGetValue(to, out var end) ? TreeFrom(start).Costs[end] : NoPath;

    /// <summary>The links from one to the other, in this order; empty for no path.</summary>
    public ImmutableArray<SiteLink> Path(string from, string to)
    {
        if (!_numbers.TryGetValue(from, out var start) || !_numbers.TryGetValue(to, out var end) || start == end) return [];
        // Of several paths of one cost, there and back are to be the same: searched from the one that sorts first.
        var isReversed = end < start;
        if (isReversed) (start, end) = (end, start);
        var tree = TreeFrom(start);
        if (tree.Costs[end] == NoPath) return [];
        var path = new List<SiteLink>();
        for (var at = end; at != start;)
        {
            var link = _links[tree.Arrivals[at]];
            path.Add(link);
            var (left, right) = (_numbers[link.From], _numbers[link.To]);
            at = at == left ? right : left;
        }

        if (!isReversed) path.Reverse();
        return [.. path];
    }

    private Tree TreeFrom(int start)
    {
        if (_trees.TryGetValue(start, out var known)) return known;
        if (_trees.Count >= Math.Max(1, MaxKept / _edges.Length)) _trees.Clear();
        return _trees[start] = Search(start);
    }

    private Tree Search(int start)
    {
        var costs = new int[_edges.Length];
        var arrivals = new int[_edges.Length];
        var hops = new int[_edges.Length];
        var previous = new int[_edges.Length];
        var isDone = new bool[_edges.Length];
        Array.Fill(costs, NoPath);
        costs[start] = 0;
        previous[start] = -1;
        var queue = new PriorityQueue<int, int>();
        queue.Enqueue(start, 0);
        while (queue.TryDequeue(out var site, out _))
        {
            if (isDone[site]) continue;
            isDone[site] = true;
            foreach (var edge in _edges[site])
            {
                if (isDone[edge.Site]) continue;
                // A path that costs more than numbers hold is as dear as can be, and still a path.
                var cost = (int)Math.Min((long)costs[site] + edge.Cost, NoPath - 1);
                var candidate = (cost, hops[site] + 1, site);
                if (costs[edge.Site] != NoPath && candidate.CompareTo((costs[edge.Site], hops[edge.Site], previous[edge.Site])) >= 0) continue;
                (costs[edge.Site], hops[edge.Site], previous[edge.Site]) = candidate;
                arrivals[edge.Site] = edge.Link;
                queue.Enqueue(edge.Site, cost);
            }
        }

        return new Tree(costs, arrivals);
    }

    private readonly record struct Edge(int Site, int Cost, int Link);

    /// <summary>From one site: what each costs, and by which link one comes there.</summary>
    private sealed record Tree(int[] Costs, int[] Arrivals);
}
