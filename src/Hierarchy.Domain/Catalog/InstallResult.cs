namespace Hierarchy.Domain.Catalog;

/// <summary>The Result attribute of a return code.</summary>
public enum InstallResult
{
    /// <summary>It is not installed.</summary>
    Failed = 0,

    /// <summary>It is installed.</summary>
    Succeeded = 1,

    /// <summary>The user or the program gave up.</summary>
    Cancelled = 2,
}
