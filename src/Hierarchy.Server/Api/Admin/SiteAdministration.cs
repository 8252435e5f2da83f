using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Sites and their subnets.</summary>
internal sealed class SiteAdministration(DecisionDesk desk)
{
    /// <summary>The longest name of a site.</summary>
    public const int MaxName = 128;

    public ListSitesResponse List()
    {
        var response = new ListSitesResponse();
        response.Sites.Add(desk.View.Sites.Values.OrderBy(site => site.Name, StringComparer.OrdinalIgnoreCase).Select(CatalogRecords.Message));
        return response;
    }

    public ShowSiteResponse Show(ShowSiteRequest request)
    {
        var view = desk.View;
        var site = Require(view, request.Name);
        var response = new ShowSiteResponse { Site = CatalogRecords.Message(site), IsDefault = IsDefault(view, site) };
        response.Servers.Add(ServersIn(view, site));
        response.Links.Add(LinksOf(view, site).Select(SiteRecords.Message));
        return response;
    }

    public async Task<AddSiteResponse> AddAsync(AddSiteRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var name = request.Name.Trim();
        if (NameFault(name) is { } fault) throw Refusal.Invalid(fault);
        if (request.Subnets.Count == 0) throw Refusal.Invalid("A site owns at least one subnet: --subnet 10.1.0.0/16.");
        var subnets = Read(request.Subnets);

        var outcome = await desk.DecideAsync<Site>(
            new DecisionIntent("sites add") { IsWhatIf = request.WhatIf },
            view =>
            {
                if (Find(view, name) is { } known) throw Refusal.Exists($"There is a site '{known.Name}' already. `hierarchy sites set {known.Name} --add-subnet …` changes its subnets.");
                RequireFree(view, subnets, name, own: null);
                var site = new Site(name, subnets.Distinct().Order().ToArray());
                return (site, [CatalogRecords.Site(site)]);
            },
            cancellationToken);
        return new AddSiteResponse { Site = CatalogRecords.Message(outcome.Result), Position = outcome.Position?.ToProto(), Effects = outcome.Effects };
    }

    public async Task<SetSiteResponse> SetAsync(SetSiteRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var (only, added, removed) = (Read(request.Subnets), Read(request.AddSubnets), Read(request.RemoveSubnets));
        if (only.Count + added.Count + removed.Count == 0 && !request.HasTimeZone) throw Refusal.Invalid("Say what the site is to have: --subnet, --add-subnet, --remove-subnet or --time-zone.");
        var timeZone = request.HasTimeZone ? ZoneOf(request.TimeZone.Trim()) : null;
        var outcome = await desk.DecideAsync<Site>(
            new DecisionIntent("sites set") { IsWhatIf = request.WhatIf },
            view =>
            {
                var before = Require(view, request.Name);
                foreach (var subnet in removed)
                    if (!before.Subnets.Contains(subnet))
                        throw Refusal.NotFound($"The site '{before.Name}' does not own the subnet {subnet}; it owns {(before.Subnets.Count == 0 ? "none" : string.Join(", ", before.Subnets))}.");
                var after = before with { TimeZone = timeZone ?? before.TimeZone, Subnets = (only.Count > 0 ? only : before.Subnets).Concat(added).Except(removed).Distinct().Order().ToArray() };
                RequireFree(view, after.Subnets, before.Name, before);
                return (after, after.TimeZone == before.TimeZone && after.Subnets.SequenceEqual(before.Subnets) ? [] : [CatalogRecords.Site(after)]);
            },
            cancellationToken);
        return new SetSiteResponse { Site = CatalogRecords.Message(outcome.Result), Changed = outcome.HasChanged, Position = outcome.Position?.ToProto(), Effects = outcome.Effects };
    }

    public async Task<RemoveSiteResponse> RemoveAsync(RemoveSiteRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var outcome = await desk.DecideAsync<int>(
            new DecisionIntent("sites remove") { IsWhatIf = request.WhatIf },
            view =>
            {
                var site = Require(view, request.Name);
                if (!request.EvenIfUsed && Uses(view, site) is { Length: > 0 } uses) throw Refusal.Precondition($"The site '{site.Name}' is used: {uses} Remove it with --yes if that is meant.");
                var links = LinksOf(view, site).ToArray();
                List<Change> changes = [CatalogRecords.NoSite(site.Name), .. links.Select(link => SiteRecords.NoLink(link.From, link.To))];
                if (IsDefault(view, site)) changes.Add(SiteRecords.Settings(view.TreeSettings with { DefaultSite = "" }));
                return (links.Length, changes);
            },
            cancellationToken);
        return new RemoveSiteResponse { Position = outcome.Position?.ToProto(), LinksRemoved = outcome.Result, Effects = outcome.Effects };
    }

    public async Task<SetDefaultSiteResponse> SetDefaultAsync(SetDefaultSiteRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var outcome = await desk.DecideAsync<string>(
            new DecisionIntent("sites default") { IsWhatIf = request.WhatIf },
            view =>
            {
                var name = request.Name.Trim().Length == 0 ? "" : Require(view, request.Name).Name;
                return (name, name == view.TreeSettings.DefaultSite ? [] : [SiteRecords.Settings(view.TreeSettings with { DefaultSite = name })]);
            },
            cancellationToken);
        return new SetDefaultSiteResponse { Name = outcome.Result, Changed = outcome.HasChanged, Position = outcome.Position?.ToProto(), Effects = outcome.Effects };
    }

    public GetDefaultSiteResponse GetDefault() => new() { Name = desk.View.TreeSettings.DefaultSite };

    /// <summary>What is wrong with a site's name; null when nothing is.</summary>
    public static string? NameFault(string name) =>
        name.Length is 0 or > MaxName ? $"A site's name has 1 to {MaxName} characters."
        : name.Any(char.IsControl) ? "A site's name holds no control characters."
        : null;

    /// <summary>The site of that name, whatever the letter case; null for none.</summary>
    public static Site? Find(ServedView view, string name) => view.Sites.Values.FirstOrDefault(site => string.Equals(site.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The same, refused when there is none.</summary>
    public static Site Require(ServedView view, string name) =>
        Find(view, name.Trim()) ?? throw Refusal.NotFound($"There is no site '{name.Trim()}'. `hierarchy sites list` lists them.");

    private static List<Subnet> Read(IEnumerable<string> texts)
    {
        var subnets = new List<Subnet>();
        foreach (var text in texts)
            subnets.Add(Subnet.TryParse(text, out var subnet, out var error) ? subnet : throw Refusal.Invalid(error));
        return subnets;
    }

    /// <summary>As IANA calls it where the platform can tell, since more servers know that.</summary>
    private static string ZoneOf(string id)
    {
        if (id.Length == 0) return "";
        if (id.Length > MaxName || !TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone))
            throw Refusal.Invalid($"'{(id.Length > MaxName ? id[..MaxName] : id)}' is no time zone that this server knows: write its id, e.g. Europe/Berlin.");
        return !zone.HasIanaId && TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var iana) ? iana : zone.Id;
    }

    private static void RequireFree(ServedView view, IEnumerable<Subnet> subnets, string name, Site? own)
    {
        var wanted = subnets.ToHashSet();
        foreach (var known in view.Sites.Values)
            if (!ReferenceEquals(known, own))
                foreach (var subnet in known.Subnets)
                    if (wanted.Contains(subnet))
                        throw Refusal.Exists($"Subnet {subnet} belongs to the site '{known.Name}' already, so '{name}' cannot have it. `hierarchy sites set {known.Name} --remove-subnet {subnet}` frees it.");
    }

    private static string Uses(ServedView view, Site site)
    {
        var uses = new List<string>();
        var servers = ServersIn(view, site).ToArray();
        if (servers.Length > 0) uses.Add($"{string.Join(", ", servers)} {(servers.Length == 1 ? "stands" : "stand")} in it.");
        var links = LinksOf(view, site).Select(link => string.Equals(link.From, site.Name, StringComparison.OrdinalIgnoreCase) ? link.To : link.From).ToArray();
        if (links.Length > 0) uses.Add($"It is linked to {string.Join(", ", links)}; the links go with it.");
        if (IsDefault(view, site)) uses.Add("Clients outside every subnet count in it.");
        return string.Join(' ', uses);
    }

    private static IEnumerable<string> ServersIn(ServedView view, Site site) =>
        view.Servers.Values.Where(server => string.Equals(server.Site, site.Name, StringComparison.OrdinalIgnoreCase)).Select(server => server.Name).Order(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<SiteLink> LinksOf(ServedView view, Site site) => view.Links.Values.Where(link => link.Touches(site.Name)).OrderBy(link => link.Key, StringComparer.Ordinal);

    private static bool IsDefault(ServedView view, Site site) => string.Equals(view.TreeSettings.DefaultSite, site.Name, StringComparison.OrdinalIgnoreCase);
}
