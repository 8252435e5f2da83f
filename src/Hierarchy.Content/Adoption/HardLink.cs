using System.Runtime.InteropServices;

namespace Hierarchy.Content.Adoption;

/// <summary>A second name of a file's bytes. The base library has none.</summary>
internal static class HardLink
{
    /// <summary>False where the two places are on different volumes, the file system has no such links, or the system refuses.</summary>
    public static bool TryCreate(string existing, string name) => OperatingSystem.IsWindows() ? CreateHardLink(name, existing, 0) : Link(existing, name) == 0;

    [DllImport("libc", EntryPoint = "link")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string name, string existing, nint security);
}
