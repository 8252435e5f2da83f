namespace Hierarchy.Domain.Catalog;

/// <summary>Handler data of Windows Installer: a package (`WindowsInstallerApp`, MsiData) or a patch (`WindowsInstaller`, MspData).</summary>
public sealed record WindowsInstallerHandler : HandlerData
{
    /// <summary>True for a patch of something installed, false for a package.</summary>
    public required bool IsPatch { get; init; }

    /// <summary>The package: one of the update's file names; null for a patch.</summary>
    public string? PackageFile { get; init; }

    /// <summary>The product that the package installs, in braces; null for a patch.</summary>
    public string? ProductCode { get; init; }

    /// <summary>The patch, in braces; null for a package.</summary>
    public string? PatchCode { get; init; }

    /// <summary>Properties for installing.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>Properties for uninstalling.</summary>
    public string UninstallCommandLine { get; init; } = "";

    /// <summary>Where the product finds its source again; null when the document says none.</summary>
    public string? RepairPath { get; init; }

    /// <summary>True when <see cref="RepairPath"/> lies below the server's content.</summary>
    public bool IsRepairPathOnServer { get; init; }
}
