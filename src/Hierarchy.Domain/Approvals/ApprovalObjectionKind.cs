namespace Hierarchy.Domain.Approvals;

/// <summary>The rules by which a decision may be refused.</summary>
public enum ApprovalObjectionKind
{
    /// <summary>A category or detectoid installs nothing.</summary>
    NothingToInstall,

    /// <summary>It comes with a bundle, never by itself.</summary>
    PartOfBundle,

    /// <summary>A decline has to be taken back first.</summary>
    Declined,

    /// <summary>What its publisher withdrew may only be uninstalled.</summary>
    Expired,

    /// <summary>It cannot be uninstalled.</summary>
    CannotUninstall,

    /// <summary>Not approved stops what is above, and nothing is above All Computers.</summary>
    NothingAbove,

    /// <summary>A deadline goes with install and uninstall alone.</summary>
    DeadlineWithoutInstallation,

    /// <summary>Nobody may be there to answer when the deadline comes.</summary>
    DeadlineWithUserInput,

    /// <summary>Its licence, or one of what it brings, is not accepted.</summary>
    EulaNotAccepted,

    /// <summary>A prerequisite, a bundled update, or what depends on it, is approved for the opposite.</summary>
    OppositeOfDependency,
}
