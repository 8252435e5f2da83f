using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Sites and their subnets.</summary>
internal sealed class SiteAdministration(DecisionDesk desk)
{
    private const int MaxName = 128;

    public ListSitesResponse List()
    {
        var response = new ListSitesResponse();
        response.Sites.Add(desk.View.Sites.Values.OrderBy(site => site.Name, StringComparer.OrdinalIgnoreCase).Select(CatalogRecords.Message));
        return response;
    }

    public async Task<AddSiteResponse> AddAsync(AddSiteRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var name = request.Name.Trim();
        if (name.Length is 0 or > MaxName) throw Refusal.Invalid($"A site's name has 1 to {MaxName} characters.");
        if (request.Subnets.Count == 0) throw Refusal.Invalid("A site owns at least one subnet: --subnet 10.1.0.0/16.");
        var subnets = new List<Subnet>();
        foreach (var text in request.Subnets)
            subnets.Add(Subnet.TryParse(text, out var subnet, out var error) ? subnet : throw Refusal.Invalid(error));

        var outcome = await desk.DecideAsync<Site>(
            view =>
            {
                foreach (var known in view.Sites.Values)
                {
                    if (string.Equals(known.Name, name, StringComparison.OrdinalIgnoreCase))
                        throw Refusal.Exists($"There is a site '{known.Name}' already. Remove it first to change its subnets.");
                    foreach (var subnet in subnets)
                        if (known.Subnets.Contains(subnet))
                            throw Refusal.Exists($"Subnet {subnet} belongs to the site '{known.Name}' already.");
                }

                var site = new Site(name, subnets.Distinct().Order().ToArray());
                return (site, [CatalogRecords.Site(site)]);
            },
            cancellationToken);
        return new AddSiteResponse { Site = CatalogRecords.Message(outcome.Result), Position = outcome.Position.ToProto() };
    }

    public async Task<RemoveSiteResponse> RemoveAsync(RemoveSiteRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var outcome = await desk.DecideAsync<string>(
            view =>
            {
                var site = view.Sites.Values.FirstOrDefault(known => string.Equals(known.Name, request.Name.Trim(), StringComparison.OrdinalIgnoreCase))
                    ?? throw Refusal.NotFound($"There is no site '{request.Name}'. `hierarchy sites list` lists them.");
                return (site.Name, [CatalogRecords.NoSite(site.Name)]);
            },
            cancellationToken);
        return new RemoveSiteResponse { Position = outcome.Position.ToProto() };
    }
}
