namespace Hierarchy.Domain.Search;

/// <summary>How an update stands with the administrators; the numbers of the admin contract.</summary>
public enum ApprovalStanding
{
    /// <summary>For installing, offering or uninstalling, for some group.</summary>
    Approved = 1,

    /// <summary>For no group, and not declined.</summary>
    NotApproved = 2,

    /// <summary>Neither offered nor evaluated.</summary>
    Declined = 3,

    /// <summary>To be installed.</summary>
    Install = 4,

    /// <summary>To be uninstalled.</summary>
    Uninstall = 5,

    /// <summary>Offered.</summary>
    OptionalInstall = 6,
}
