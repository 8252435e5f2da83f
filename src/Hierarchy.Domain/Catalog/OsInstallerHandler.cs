namespace Hierarchy.Domain.Catalog;

/// <summary>Handler data of OSInstaller: an update that brings its own installer (Windows 11 22H2 and later).</summary>
/// <param name="InitialModule">The module to begin with, e.g. `UpdateAgent.dll`.</param>
public sealed record OsInstallerHandler(string InitialModule) : HandlerData;
