namespace Hierarchy.Domain.Approvals;

/// <summary>What an administrator wants done with an update; the numbers of the catalog contract.</summary>
public enum ApprovalAction
{
    /// <summary>Never stored.</summary>
    Unspecified = 0,

    /// <summary>Install where needed.</summary>
    Install = 1,

    /// <summary>Remove where installed.</summary>
    Uninstall = 2,

    /// <summary>Stops what a group above says.</summary>
    NotApproved = 3,

    /// <summary>Offered, never installed by itself.</summary>
    OptionalInstall = 4,
}
