namespace Hierarchy.Domain.Catalog;

/// <summary>What one exit code of an installer means.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Result">Its meaning.</param>
/// <param name="RequiresReboot">True when the computer must restart before the update counts as installed.</param>
public sealed record ReturnCode(int Code, InstallResult Result, bool RequiresReboot);
