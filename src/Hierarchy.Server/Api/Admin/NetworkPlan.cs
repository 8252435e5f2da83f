using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Api.Admin;

/// <summary>What a table of sites and links would change in a view: the changes, or every reason why it cannot be taken.</summary>
internal sealed class NetworkPlan
{
    private const int MaxProblems = 1_000;

    private readonly Dictionary<string, Site> _known;
    private readonly Dictionary<Subnet, string> _owners = [];
    private readonly List<(Change Change, int Subnets)> _changes = [];

    public NetworkPlan(ServedView view, ImportNetworkRequest request)
    {
        _known = view.Sites.Values.ToDictionary(site => site.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var site in view.Sites.Values)
            foreach (var subnet in site.Subnets)
                _owners.TryAdd(subnet, site.Name);
        var wanted = TakeSites(request);
        TakeLinks(view, request, wanted);
        if (Response.Problems.Count == 0) return;
        _changes.Clear();
        var problems = Response.Problems.OrderBy(problem => problem.InLinks).ThenBy(problem => problem.Line).Take(MaxProblems).ToArray();
        Response.Problems.Clear();
        Response.Problems.Add(problems);
    }

    /// <summary>The answer, without a position.</summary>
    public ImportNetworkResponse Response { get; } = new();

    /// <summary>The changes, each with the subnets in it; none where there are problems.</summary>
    public IReadOnlyList<(Change Change, int Subnets)> Changes => _changes;

    /// <summary>The sites of the table by name, as they are written: those that are there keep their spelling.</summary>
    private Dictionary<string, string> TakeSites(ImportNetworkRequest request)
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var added = new Dictionary<string, HashSet<Subnet>>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in request.Subnets)
        {
            var name = row.Site.Trim();
            if (SiteAdministration.NameFault(name) is { } fault)
            {
                Problem(row.Line, fault);
                continue;
            }

            names.TryAdd(name, _known.GetValueOrDefault(name)?.Name ?? name);
            name = names[name];
            if (!added.TryGetValue(name, out var subnets)) added[name] = subnets = [];
            if (row.Subnet.Trim().Length == 0) continue;
            if (!Subnet.TryParse(row.Subnet, out var subnet, out var error)) Problem(row.Line, error);
            else if (!_owners.TryAdd(subnet, name) && !string.Equals(_owners[subnet], name, StringComparison.OrdinalIgnoreCase))
                Problem(row.Line, $"Subnet {subnet} belongs to the site '{_owners[subnet]}', so '{name}' cannot have it.");
            else subnets.Add(subnet);
        }

        foreach (var (name, subnets) in added.OrderBy(site => site.Key, StringComparer.OrdinalIgnoreCase)) Take(name, subnets);
        return names;
    }

    private void Take(string name, HashSet<Subnet> subnets)
    {
        var before = _known.GetValueOrDefault(name);
        var after = new Site(name, (before?.Subnets ?? []).Concat(subnets).Distinct().Order().ToArray()) { TimeZone = before?.TimeZone ?? "" };
        var count = after.Subnets.Count - (before?.Subnets.Count ?? 0);
        Response.SubnetsAdded += count;
        if (before is null) Response.SitesAdded++;
        else if (count > 0) Response.SitesChanged++;
        else Response.SitesUnchanged++;
        if (before is null || count > 0) _changes.Add((CatalogRecords.Site(after), after.Subnets.Count));
    }

    private void TakeLinks(ServedView view, ImportNetworkRequest request, Dictionary<string, string> wanted)
    {
        var seen = new Dictionary<string, (SiteLink Link, int Line)>(StringComparer.Ordinal);
        foreach (var row in request.Links)
        {
            if (row.Link is null || NameOf(row.Link.From) is not { } from || NameOf(row.Link.To) is not { } to)
            {
                var missing = row.Link is null ? "" : NameOf(row.Link.From) is null ? row.Link.From : row.Link.To;
                Problem(row.Line, $"There is no site '{missing.Trim()}', neither in the tree nor in the table.", inLinks: true);
                continue;
            }

            var known = view.Links.GetValueOrDefault(SiteLink.KeyOf(from, to));
            var link = known ?? new SiteLink { From = from, To = to, Cost = SiteMap.UnlinkedCost };
            link = link with
            {
                Cost = row.Link.Cost == 0 ? link.Cost : row.Link.Cost,
                Schedule = row.Link.Schedule is null ? link.Schedule : SiteRecords.FromMessage(row.Link.Schedule),
            };
            if (LinkAdministration.Fault(link) is { } fault) Problem(row.Line, fault, inLinks: true);
            else if (!seen.TryAdd(link.Key, (link, row.Line)))
            {
                if (seen[link.Key] is var first && (first.Link.Cost != link.Cost || first.Link.Schedule != link.Schedule))
                    Problem(row.Line, $"Line {first.Line} says something else about the link between '{from}' and '{to}'.", inLinks: true);
            }
            else if (known is null) Add(link, () => Response.LinksAdded++);
            else if (known != link) Add(link, () => Response.LinksChanged++);
            else Response.LinksUnchanged++;
        }

        string? NameOf(string text) => wanted.GetValueOrDefault(text.Trim()) ?? _known.GetValueOrDefault(text.Trim())?.Name;

        void Add(SiteLink link, Action count)
        {
            count();
            _changes.Add((SiteRecords.Link(link), 1 + link.Schedule.Windows.Count));
        }
    }

    private void Problem(int line, string message, bool inLinks = false) => Response.Problems.Add(new ImportProblem { Line = line, Message = message, InLinks = inLinks });
}
