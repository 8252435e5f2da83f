using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Office;

/// <summary>
/// Finds Office in the registry: Windows Installer's products of the computer (`S-1-5-18`) and of every user, where each came from, and Click-to-Run. Reads through <see cref="IFacts"/>, so a registry that was
/// written down is read like the real one.
/// </summary>
public static class OfficeRegistry
{
    private const string UserData = @"SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\UserData";
    private const string Computer = "S-1-5-18";
    private const string Profiles = @"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

    private static readonly string[] ClickToRun = [@"SOFTWARE\Microsoft\Office\ClickToRun\Configuration", @"SOFTWARE\Microsoft\Office\15.0\ClickToRun\Configuration"];

    /// <summary>What there is. Not known where the registry cannot be read.</summary>
    /// <param name="facts">The registry.</param>
    /// <param name="isAdministrativeImage">Whether a cached package (its path) came from an administrative installation point; null where that cannot be told.</param>
    public static OfficeReport Read(IFacts facts, Func<string, bool?> isAdministrativeImage)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(isAdministrativeImage);
        var owners = facts.ListSubkeys(Local(UserData));
        if (owners.State == FactState.Unknown) return OfficeReport.NotKnown;
        var found = new List<OfficeInstallation>();
        foreach (var owner in Names(owners))
            foreach (var packed in Names(facts.ListSubkeys(Local($@"{UserData}\{owner}\Products"))))
                if (OfficeProductCode.Unpack(packed) is { } code && OfficeProductCode.Find(code) is { } product)
                    found.Add(ReadProduct(facts, owner, packed, code, product, isAdministrativeImage));
        foreach (var key in ClickToRun)
            if (Text(facts, Local(key), "ProductReleaseIds") is { Length: > 0 } products)
                found.Add(new OfficeInstallation { Line = OfficeProductLine.ClickToRun, Version = Text(facts, Local(key), "VersionToReport"), Name = products });

        // From 2007 on every program and language of a suite is a product of its own: one stands for all of them.
        var all = found.Where(copy => copy.HasInstallPointRule)
            .Concat(found.Where(copy => !copy.HasInstallPointRule).GroupBy(copy => (copy.Line, copy.Version, copy.User)).Select(copies => copies.OrderBy(copy => copy.ProductCode, StringComparer.Ordinal).First()));
        return new OfficeReport(IsKnown: true, [.. all.OrderBy(copy => copy.Line).ThenBy(copy => copy.User, StringComparer.Ordinal).ThenBy(copy => copy.ProductCode, StringComparer.Ordinal).Take(OfficeReport.MaxInstallations)]);
    }

    /// <summary>People with a profile, and whether a session of theirs is open: Windows keeps `Volatile Environment` in the hive as long as one is.</summary>
    public static IReadOnlyList<OfficeUser> ReadUsers(IFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return
        [
            .. Names(facts.ListSubkeys(Local(Profiles))).Where(sid => sid.StartsWith("S-1-5-21-", StringComparison.OrdinalIgnoreCase) || sid.StartsWith("S-1-12-1-", StringComparison.OrdinalIgnoreCase))
                .Select(sid => new OfficeUser(sid, facts.KeyExists(OfUser(sid, "Volatile Environment")).IsKnown(out var isOpen) && isOpen, Text(facts, Local($@"{Profiles}\{sid}"), "ProfileImagePath"))),
        ];
    }

    private static OfficeInstallation ReadProduct(IFacts facts, string owner, string packed, string code, OfficeProduct product, Func<string, bool?> isAdministrativeImage)
    {
        var properties = Local($@"{UserData}\{owner}\Products\{packed}\InstallProperties");
        var isShared = string.Equals(owner, Computer, StringComparison.OrdinalIgnoreCase);
        var copy = new OfficeInstallation
        {
            Line = product.Line, Version = product.Version, User = isShared ? "" : owner, ProductCode = code, Name = Text(facts, properties, "DisplayName"),
        };
        if (!copy.HasInstallPointRule) return copy;

        var kind = KindOf(LastSource(facts, owner, packed, isShared), Text(facts, properties, "LocalPackage"), isAdministrativeImage);
        if (kind != OfficeSourceKind.AdministrativeInstallPoint) return copy with { SourceKind = kind };
        var hasPatches = Names(facts.ListSubkeys(Local($@"{UserData}\{owner}\Products\{packed}\Patches"))).Any();
        return copy with { SourceKind = kind, SourceState = StateOf(copy.Line, Text(facts, properties, "DisplayVersion"), hasPatches) };
    }

    // The list of sources stands with the product's registration: of the computer, of a user whose hive is loaded, or of a user for whom an administrator installed it.
    private static string LastSource(IFacts facts, string owner, string packed, bool isShared)
    {
        RegistryPath[] places = isShared
            ? [Local($@"SOFTWARE\Classes\Installer\Products\{packed}\SourceList")]
            : [
                OfUser(owner, $@"Software\Microsoft\Installer\Products\{packed}\SourceList"),
                Local($@"SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\Managed\{owner}\Installer\Products\{packed}\SourceList"),
            ];
        return places.Select(place => Text(facts, place, "LastUsedSource")).FirstOrDefault(source => source.Length > 0) ?? "";
    }

    // `m;1;` a disc, `n;1;PATH` a folder or a share, `u;1;URL`. Office 2003 keeps a compressed copy of its disc in MSOCache.
    private static OfficeSourceKind KindOf(string source, string package, Func<string, bool?> isAdministrativeImage)
    {
        if (source.StartsWith("m;", StringComparison.OrdinalIgnoreCase) || source.Contains(@"\MSOCache\", StringComparison.OrdinalIgnoreCase)) return OfficeSourceKind.Media;
        return package.Length == 0 ? OfficeSourceKind.Unknown : isAdministrativeImage(package) switch
        {
            true => OfficeSourceKind.AdministrativeInstallPoint,
            false => OfficeSourceKind.Media,
            null => OfficeSourceKind.Unknown,
        };
    }

    /// <summary>
    /// A version beyond the first release without a patch on the computer came with the source. With patches, or at the first release, the source may be anything: a hotfix changes no version, and an
    /// installation point may have been updated after the computer was installed.
    /// </summary>
    private static OfficeSourceState StateOf(OfficeProductLine line, string version, bool hasPatches)
    {
        if (hasPatches || !FourPartVersion.TryParse(version, out var parsed)) return OfficeSourceState.Unknown;
        if (line == OfficeProductLine.Xp2002) return parsed.Build > 2701 ? OfficeSourceState.Updated : OfficeSourceState.Unknown;
        return parsed.Build switch
        {
            >= 7969 => OfficeSourceState.Sp2OrLater,
            > 5614 => OfficeSourceState.Updated,
            _ => OfficeSourceState.Unknown,
        };
    }

    private static RegistryPath Local(string key) => new("HKLM", key, is32Bit: false);

    private static RegistryPath OfUser(string sid, string key) => new("HKU", $@"{sid}\{key}", is32Bit: false);

    private static IEnumerable<string> Names(Fact<IReadOnlyList<string>> fact) => fact.IsKnown(out var names) ? names : [];

    private static string Text(IFacts facts, RegistryPath key, string name) => facts.ReadValue(key, name).IsKnown(out var value) ? value.Text ?? "" : "";
}
