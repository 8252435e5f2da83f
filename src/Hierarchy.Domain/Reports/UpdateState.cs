namespace Hierarchy.Domain.Reports;

/// <summary>The state of an update on a computer, with the numbers of WSUS.</summary>
public enum UpdateState
{
    /// <summary>Nothing reported.</summary>
    Unknown = 0,

    /// <summary>Does not concern this computer.</summary>
    NotApplicable = 1,

    /// <summary>Needed: applicable and not installed.</summary>
    NotInstalled = 2,

    /// <summary>Needed, and its files are on the computer.</summary>
    Downloaded = 3,

    /// <summary>Installed.</summary>
    Installed = 4,

    /// <summary>The last attempt failed.</summary>
    Failed = 5,

    /// <summary>Installed; counts after a restart.</summary>
    InstalledPendingReboot = 6,
}
