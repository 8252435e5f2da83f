using Hierarchy.Domain.Policies;

namespace Hierarchy.Domain.Office;

/// <summary>What administrators decided about Office for a computer, with defaults filled in.</summary>
/// <param name="PerUser">What is done about copies of single users.</param>
/// <param name="Licence">How it is licensed: declared, since no computer can read it.</param>
/// <param name="IsOnlineBlocked">Whether users are kept from fetching updates of Office by themselves.</param>
public sealed record OfficePolicy(PerUserOffice PerUser, OfficeLicence Licence, bool IsOnlineBlocked)
{
    /// <summary>Where nothing is decided.</summary>
    public static OfficePolicy Default { get; } = new(PerUserOffice.Never, OfficeLicence.PerDevice, IsOnlineBlocked: false);

    /// <summary>What a client policy says of Office.</summary>
    public static OfficePolicy Of(ClientPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new OfficePolicy(policy.PerUserOffice ?? PerUserOffice.Never, policy.OfficeLicence ?? OfficeLicence.PerDevice, policy.BlockOfficeOnline ?? false);
    }
}
