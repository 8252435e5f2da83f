using System.Net;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using ServerHealth = Hierarchy.Protocol.Admin.V1.ServerHealth;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Says why a client at an address is told of which servers, from what the locator itself uses.</summary>
internal sealed class AddressExplanation(ServerLocations locations, DecisionDesk desk)
{
    public ExplainAddressResponse Explain(ExplainAddressRequest request)
    {
        if (!IPAddress.TryParse(request.Address.Trim(), out var address)) throw Refusal.Invalid($"'{request.Address}' is no IPv4 or IPv6 address.");
        if (request.Limit < 0) throw Refusal.Invalid("A limit is 0 for all servers, or how many.");
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var locator = locations.Current;
        var matches = locator.Map.Subnets.FindAll(address);
        var site = locator.Map.Find(address)?.Name;
        var response = new ExplainAddressResponse { Address = address.ToString(), Site = site ?? "", ByDefault = matches.Count == 0 && site is not null };
        response.Subnets.Add(matches.Select(match => new MatchedSubnet { Subnet = match.Subnet.ToString(), Site = match.Site.Name }));
        var decider = locator.DeciderFor(request.ClientId, site);
        var servers = locator.LocateAll(request.ClientId, site).OrderBy(ranked => ranked.Server.Decider != decider).ToArray(); // Stable: each part keeps its order.
        var shown = request.Limit == 0 ? servers.Length : Math.Min(request.Limit, servers.Length);
        response.MoreServers = servers.Length - shown;
        foreach (var ranked in servers.AsSpan(0, shown)) response.Servers.Add(Explain(ranked, request.ClientId, site, locator.Map, decider));
        return response;
    }

    private ExplainedServer Explain(RankedServer ranked, string clientId, string? site, SiteMap map, Guid decider)
    {
        var server = ranked.Server;
        var explained = new ExplainedServer
        {
            ServerId = Positions.Id(server.Id),
            Name = server.Name,
            Site = server.Site,
            GrpcUrl = server.GrpcUrl,
            Health = server.EffectiveHealth switch
            {
                Domain.Sites.ServerHealth.Healthy => ServerHealth.Healthy,
                Domain.Sites.ServerHealth.Degraded => ServerHealth.Degraded,
                _ => ServerHealth.Unavailable,
            },
            Busy = server.IsBusy,
            Weight = ServerRanking.Weight(clientId, server.Id),
            IsRoot = server.IsRoot,
            LeftOut = server.Decider == decider ? "" : $"It serves the decisions of {DeciderName(server.Decider)}, and these clients those of {DeciderName(decider)}.",
        };
        if (ranked.Cost != SiteMap.UnknownCost) explained.Cost = ranked.Cost;
        if (locations.LoadOf(server.Id) is { } load) explained.Load = load;
        explained.Path.Add(map.Path(site, server.Site).Select(SiteRecords.Message));
        return explained;
    }

    private string DeciderName(Guid decider) => decider == Guid.Empty ? "the root" : desk.View.Servers.GetValueOrDefault(decider)?.Name ?? decider.ToString("D");
}
