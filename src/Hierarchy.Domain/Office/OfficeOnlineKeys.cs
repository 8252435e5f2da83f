namespace Hierarchy.Domain.Office;

/// <summary>
/// Which generations of Office can be kept from fetching updates by themselves, and how: only what a published template of Microsoft names. A generation that is not here is "not enforceable", never guessed.
/// </summary>
public static class OfficeOnlineKeys
{
    /// <summary>
    /// All that are known. For Office 2003 the guide speaks of entry points to the Internet in OFFICE11.ADM without naming a value that stops updates; XP, 2010 and later have none by which a user's policy
    /// would stop updates of Windows Installer packages.
    /// </summary>
    public static IReadOnlyList<OfficeOnlineKey> All { get; } =
    [
        new(
            OfficeProductLine.Office2007, @"Software\Policies\Microsoft\Office\Common\OfficeUpdate", "BlockUpdates", 1,
            "Microsoft Office 2007 system, Miscellaneous: Block updates from the Office Update Site from applying",
            "office12.admx, policy L_BlockupdatesfromtheOfficeUpdateSitefromapplying; STIG rule V-17565"),
    ];

    /// <summary>The value for that generation; null where none is known.</summary>
    public static OfficeOnlineKey? Find(OfficeProductLine line) => All.FirstOrDefault(key => key.Line == line);

    /// <summary>What is said of a generation for which none is known; null for one that obeys.</summary>
    public static string? WhyNotEnforceable(OfficeInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return Find(installation.Line) is null
            ? $"{OfficeWords.Name(installation)}: not enforceable: no documented policy keeps users from fetching its updates"
            : null;
    }
}
