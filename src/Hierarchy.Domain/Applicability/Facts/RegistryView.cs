namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>
/// Where a 64-bit Windows (7, Server 2008 R2 and later) keeps what 32-bit programs see: below WOW6432Node, but for the keys that both views share. As Microsoft documents it under
/// "Registry Keys Affected by WOW64".
/// </summary>
internal static class RegistryView
{
    private const string Node = "WOW6432Node";
    private const string Software = "SOFTWARE";
    private const string Classes = @"SOFTWARE\Classes";

    // Of the classes these alone have two views.
    private static readonly string[] SplitClasses = ["CLSID", "DirectShow", "Interface", "Media Type", "MediaFoundation"];

    private static readonly string[] Shared =
    [
        .. Below(
            Software,
            "Clients", "Policies", "RegisteredApplications"),
        .. Below(
            @"SOFTWARE\Microsoft",
            "COM3", @"Cryptography\Calais\Current", @"Cryptography\Calais\Readers", @"Cryptography\Services", @"CTF\SystemShared", @"CTF\TIP", "DFS", "Driver Signing",
            "EnterpriseCertificates", "EventSystem", "MSMQ", "Non-Driver Signing", @"Notepad\DefaultFonts", "OLE", "RAS", "RPC", @"Shared Tools\MSInfo",
            "SystemCertificates", "TermServLicensing", "Transaction Server"),
        .. Below(
            @"SOFTWARE\Microsoft\Windows\CurrentVersion",
            @"Control Panel\Cursors\Schemes", @"Explorer\AutoplayHandlers", @"Explorer\DriveIcons", @"Explorer\KindMap", "Group Policy", "Policies", "PreviewHandlers",
            "Setup", @"Telephony\Locations"),
        .. Below(
            @"SOFTWARE\Microsoft\Windows NT\CurrentVersion",
            "Console", "FontDpi", "FontLink", "FontMapper", "Fonts", "FontSubstitutes", "Gre_Initialize", "Image File Execution Options", "Language Pack", "NetworkCards",
            "Perflib", "Ports", "Print", "ProfileList", "Time Zones"),
    ];

    /// <summary>The subkey under which the hive keeps the 32-bit view of one.</summary>
    internal static string Redirect(string hive, string subkey)
    {
        switch (hive)
        {
            case "HKCR": return RedirectClass(subkey, root: "");
            case "HKCU" or "HKLM" when IsBelow(subkey, Classes): return RedirectClass(subkey, Classes);
            case "HKLM" when IsBelow(subkey, Software) && !IsBelow(subkey, $@"{Software}\{Node}"):
                foreach (var shared in Shared)
                    if (IsBelow(subkey, shared)) return subkey;
                return $@"{Software}\{Node}{subkey[Software.Length..]}";
            default: return subkey;
        }
    }

    private static string RedirectClass(string subkey, string root)
    {
        var name = subkey.AsSpan(Math.Min(subkey.Length, root.Length)).TrimStart('\\');
        foreach (var split in SplitClasses)
            if (IsBelow(name, split)) return root.Length == 0 ? $@"{Node}\{name}" : $@"{root}\{Node}\{name}";
        return subkey;
    }

    private static bool IsBelow(ReadOnlySpan<char> subkey, string ancestor)
        => subkey.StartsWith(ancestor, StringComparison.OrdinalIgnoreCase) && (subkey.Length == ancestor.Length || subkey[ancestor.Length] == '\\');

    private static IEnumerable<string> Below(string parent, params string[] names) => names.Select(name => $@"{parent}\{name}");
}
