using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Hierarchy.Agent.Office;

/// <summary>The packages that Windows Installer keeps of what it installed: copies of those at the source, so they say what kind of source it is.</summary>
[SupportedOSPlatform("windows")]
internal static partial class CachedPackage
{
    private const uint WordCount = 15;
    private const uint Int32Type = 3;

    // Bit 2 of the word count: the source is an administrative image.
    private const int AdministrativeImage = 4;

    /// <summary>Whether the package came from an administrative installation point; null where it cannot be read.</summary>
    internal static bool? IsAdministrativeImage(string path)
    {
        if (MsiGetSummaryInformation(0, path, 0, out var summary) != 0) return null;
        try
        {
            uint length = 0;
            return MsiSummaryInfoGetProperty(summary, WordCount, out var type, out var value, out _, 0, ref length) == 0 && type == Int32Type ? (value & AdministrativeImage) != 0 : null;
        }
        finally
        {
            _ = MsiCloseHandle(summary);
        }
    }

    [LibraryImport("msi.dll", EntryPoint = "MsiGetSummaryInformationW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint MsiGetSummaryInformation(uint database, string path, uint updates, out uint summary);

    [LibraryImport("msi.dll", EntryPoint = "MsiSummaryInfoGetPropertyW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint MsiSummaryInfoGetProperty(uint summary, uint property, out uint type, out int value, out long time, nint text, ref uint length);

    [LibraryImport("msi.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint MsiCloseHandle(uint handle);
}
