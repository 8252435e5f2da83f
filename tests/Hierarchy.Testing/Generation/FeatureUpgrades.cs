using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>A new version of the system: a visible bundle with a licence, and a hidden leaf of the OSInstaller handler with many files, some of them encrypted.</summary>
internal static class FeatureUpgrades
{
    public static IReadOnlyList<SourceDocument> Make(UpdateGroup group)
    {
        var picks = group.Picks;
        var article = group.NewArticle();
        var release = $"{picks.Between(21, 26)}H{picks.Between(1, 2)}";
        var bundle = group.Begin(0, "Software");
        group.AddTexts(bundle, picks.Between(1, Phrases.All.Count), picks.Between(2, 8), $"Windows 11, version {release}", article);
        group.AddSupport(bundle, article, mayRestart: true);
        group.AddPrerequisites(bundle, KnownIds.Upgrades, KnownIds.Windows11);
        bundle.Properties["OSUpgrade"] = "swap";
        group.AddEula(bundle);
        bundle.Bundled.AddRange(Enumerable.Range(1, group.Size - 1).Select(group.Key));
        return [bundle.Build(), .. Enumerable.Range(1, group.Size - 1).Select(index => Image(group, index, release))];
    }

    private static SourceDocument Image(UpdateGroup group, int index, string release)
    {
        var picks = group.Picks;
        var image = group.Begin(index, "Software", Names.OsInstaller);
        image.Properties["ProductName"] = "Client.OS.RS2.amd64";
        image.Properties["ReleaseVersion"] = $"10.0.{picks.Between(22000, 28000)}.{picks.Between(1, 9000)}";
        image.Texts.Add(new LocalizedText("en", $"HIDDEN: Windows 11, version {release} x64 {index}"));
        image.Prerequisites.Add(PrerequisiteGroup.All(KnownIds.X64));
        image.Prerequisites.Add(PrerequisiteGroup.AnyOf(KnownIds.Windows11));
        image.IsInstalled = Rules.WindowsVersionAtLeast(10, 0, picks.Between(22000, 28000));
        image.IsInstallable = Rules.And(
            Rules.WindowsVersionAtLeast(10, 0, 19041),
            Rules.Not(Rules.RegSz(@"SYSTEM\Setup\MoSetup", "Hold", "EqualTo", release)),
            Rules.WmiQuery("SELECT * FROM Win32_LogicalDisk WHERE DriveType = 3 AND FreeSpace > 20000000000"));
        group.AddFile(image, "Wsus.AggregatedMetadata.cab", patchingType: null);
        foreach (var part in Enumerable.Range(1, picks.Between(3, 18)))
            group.AddFile(image, $"{picks.Next():X16}_part{part}.{picks.From(["wim", "esd", "cab", "psf"])}", isEncrypted: picks.OneIn(4));
        image.HandlerData = HandlerData.OsInstaller();
        return image.Build();
    }
}
