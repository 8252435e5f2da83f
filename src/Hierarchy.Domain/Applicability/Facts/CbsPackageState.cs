namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>What component based servicing says of a package.</summary>
public enum CbsPackageState
{
    /// <summary>In the store, and something between: staged, resolving, pending.</summary>
    Other = 0,

    /// <summary>Does not fit this installation of Windows.</summary>
    NotApplicable = 1,

    /// <summary>Fits, and can be installed.</summary>
    Installable = 2,

    /// <summary>Installed.</summary>
    Installed = 3,

    /// <summary>A later package replaced it.</summary>
    Superseded = 4,
}
