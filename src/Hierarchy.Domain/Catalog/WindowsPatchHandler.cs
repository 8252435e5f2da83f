namespace Hierarchy.Domain.Catalog;

/// <summary>Handler data of WindowsPatch: the package installer of Windows before Vista (update.exe).</summary>
/// <param name="UnpackParameters">Arguments for unpacking; empty for none.</param>
/// <param name="InstallParameters">Arguments for installing; empty for none.</param>
public sealed record WindowsPatchHandler(string UnpackParameters, string InstallParameters) : HandlerData;
