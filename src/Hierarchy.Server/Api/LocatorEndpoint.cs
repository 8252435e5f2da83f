using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Api;

/// <summary>Tells clients which servers are near, by the address that they are seen at.</summary>
internal sealed class LocatorEndpoint(ServerLocations locations) : LocatorService.LocatorServiceBase
{
    private const int MaxServers = 16;
    private static readonly Duration ValidFor = Duration.FromTimeSpan(TimeSpan.FromHours(1));

    public override Task<LocateResponse> Locate(LocateRequest request, ServerCallContext context)
    {
        var address = context.GetHttpContext().Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var (map, servers) = locations.Current;
        var response = new LocateResponse { Address = address.ToString(), Site = map.Find(address)?.Name ?? "", ValidFor = ValidFor };
        foreach (var ranked in ServerRanking.Rank(request.ClientId, address, servers, map, MaxServers))
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
}
