using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using ServerLocation = Hierarchy.Domain.Sites.ServerLocation;

namespace Hierarchy.Server.Api;

/// <summary>
/// Tells clients which servers are near, by the address that they are seen at. One answer never names servers of different deciders: a client that fails over would be told what somebody else approved.
/// </summary>
internal sealed class LocatorEndpoint(ServerLocations locations, ServerIdentity self) : LocatorService.LocatorServiceBase
{
    private const int MaxServers = 16;
    private static readonly Duration ValidFor = Duration.FromTimeSpan(TimeSpan.FromHours(1));

    public override Task<LocateResponse> Locate(LocateRequest request, ServerCallContext context)
    {
        var address = context.GetHttpContext().Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var (map, servers) = locations.Current;
        var response = new LocateResponse { Address = address.ToString(), Site = map.Find(address)?.Name ?? "", ValidFor = ValidFor };
        foreach (var ranked in ServerRanking.Rank(request.ClientId, address, OfOneDecider(request.ClientId, address, servers, map), map, MaxServers))
            response.Servers.Add(new Protocol.Client.V1.ServerLocation
            {
                ServerId = Positions.Id(ranked.Server.Id),
                Name = ranked.Server.Name,
                Site = ranked.Server.Site,
                GrpcUrl = ranked.Server.GrpcUrl,
                ContentUrl = ranked.Server.ContentUrl,
                Cost = ranked.Cost,
            });
        return Task.FromResult(response);
    }

    /// <summary>Where a server stands in the client's own site, its decider counts; elsewhere that of the server that the client asks.</summary>
    private IReadOnlyList<ServerLocation> OfOneDecider(string clientId, IPAddress address, IReadOnlyList<ServerLocation> servers, SiteMap map)
    {
        if (servers.All(server => server.Decider == Guid.Empty)) return servers;
        var nearest = ServerRanking.Rank(clientId, address, servers, map, limit: 1)[0].Server; // All of none is true, so there is one.
        var decider = nearest.Site.Length > 0 && string.Equals(nearest.Site, map.Find(address)?.Name, StringComparison.OrdinalIgnoreCase)
            ? nearest.Decider
            : servers.FirstOrDefault(server => server.Id == self.Id)?.Decider ?? nearest.Decider;
        return servers.Where(server => server.Decider == decider).ToArray();
    }
}
