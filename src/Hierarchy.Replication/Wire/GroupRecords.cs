using Hierarchy.Protocol.Catalog.V1;
using DomainTargeting = Hierarchy.Domain.Groups.Targeting;

namespace Hierarchy.Replication.Wire;

/// <summary>What records say of who is in which group, besides the groups and assignments themselves.</summary>
public static class GroupRecords
{
    /// <summary>As a record has it: what nobody decided is not written.</summary>
    public static Targeting Message(DomainTargeting targeting) => targeting switch
    {
        DomainTargeting.Server => Targeting.Server,
        DomainTargeting.Client => Targeting.Client,
        _ => Targeting.Unspecified,
    };

    /// <summary>Understood; a value of a later version counts as if nobody had decided, at every server of this one alike.</summary>
    public static DomainTargeting FromMessage(Targeting targeting) => targeting switch
    {
        Targeting.Server => DomainTargeting.Server,
        Targeting.Client => DomainTargeting.Client,
        _ => DomainTargeting.Either,
    };
}
