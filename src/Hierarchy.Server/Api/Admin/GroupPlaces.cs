using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using DomainPlace = Hierarchy.Domain.Groups.GroupPlace;
using DomainPlacedBy = Hierarchy.Domain.Groups.PlacedBy;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Where computers are and why, to the contract.</summary>
internal static class GroupPlaces
{
    public static GroupPlace ToProto(ServedView view, DomainPlace place) => new()
    {
        Group = view.Groups.Find(place.GroupId)?.Name ?? "",
        By = place.By switch
        {
            DomainPlacedBy.Administrator => PlacedBy.Administrator,
            DomainPlacedBy.Rule => PlacedBy.Rule,
            DomainPlacedBy.Computer => PlacedBy.Computer,
            _ => PlacedBy.Nobody,
        },
        Rule = place.Rule ?? "",
    };
}
