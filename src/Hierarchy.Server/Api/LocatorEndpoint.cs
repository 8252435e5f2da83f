using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Api;

/// <summary>Tells clients which servers are near, by the address that they are seen at.</summary>
internal sealed class LocatorEndpoint(ServerLocations locations, ForwardedAddress forwarded) : LocatorService.LocatorServiceBase
{
    private const int MaxServers = 16;
    private static readonly Duration ValidFor = Duration.FromTimeSpan(TimeSpan.FromHours(1));

    public override Task<LocateResponse> Locate(LocateRequest request, ServerCallContext context)
    {
        return Task.FromResult(Answer(locations.Current, request.ClientId, forwarded.AddressOf(context)));
    }

    /// <summary>The answer for a client at an address.</summary>
    internal static LocateResponse Answer(Locator locator, string clientId, IPAddress address)
    {
        var site = locator.Map.Find(address)?.Name;
        var response = new LocateResponse { Address = address.ToString(), Site = site ?? "", ValidFor = ValidFor };
        foreach (var ranked in locator.Locate(clientId, site, MaxServers))
            response.Servers.Add(new Protocol.Client.V1.ServerLocation
            {
                ServerId = Positions.Id(ranked.Server.Id),
                Name = ranked.Server.Name,
                Site = ranked.Server.Site,
                GrpcUrl = ranked.Server.GrpcUrl,
                ContentUrl = ranked.Server.ContentUrl,
                Cost = ranked.Cost,
            });
        return response;
    }
}
