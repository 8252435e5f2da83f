using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>
/// Definition updates: one visible bundle of hidden bundles, each of hidden leaves that run a command. Hidden documents name their product, and the hidden
/// bundles their classification too, in plain groups, so that only the visible bundle answers a filter.
/// </summary>
internal static class DefinitionUpdates
{
    private const string Signatures = @"SOFTWARE\Microsoft\Windows Defender\Signature Updates";

    public static IReadOnlyList<SourceDocument> Make(UpdateGroup group)
    {
        // The group's size decides how many hidden bundles there are and how the leaves are spread over them.
        var picks = group.Picks;
        var middles = Math.Clamp((group.Size - 1) / 4, 1, 4);
        var version = $"1.{picks.Between(300, 499)}.{picks.Between(1, 2999)}.0";
        var middleKeys = Enumerable.Range(1, middles).ToArray();
        var leaves = Enumerable.Range(1 + middles, group.Size - 1 - middles).ToArray();

        var top = group.Begin(0, "Software");
        var article = 2_267_602;
        group.AddTexts(top, languages: picks.Between(1, 6), sentences: 2, $"Microsoft Defender Antivirus {version}", article);
        group.AddSupport(top, article, mayRestart: false);
        group.AddPrerequisites(top, KnownIds.DefinitionUpdates, KnownIds.Defender);
        top.Bundled.AddRange(middleKeys.Select(group.Key));

        var documents = new List<SourceDocument> { top.Build() };
        foreach (var index in middleKeys)
        {
            var middle = group.Begin(index, "Software");
            middle.Texts.Add(new LocalizedText("en", $"HIDDEN: Defender signatures {version} part {index}"));
            middle.Prerequisites.Add(PrerequisiteGroup.AnyOf(KnownIds.DefinitionUpdates));
            middle.Prerequisites.Add(PrerequisiteGroup.AnyOf(KnownIds.Defender));
            middle.GroupsBundled = true;
            middle.Bundled.AddRange(leaves.Where(leaf => leaf % middles == index % middles).Select(group.Key));
            documents.Add(middle.Build());
        }

        documents.AddRange(leaves.Select(leaf => Leaf(group, leaf, version)));
        return documents;
    }

    private static SourceDocument Leaf(UpdateGroup group, int index, string version)
    {
        var picks = group.Picks;
        var leaf = group.Begin(index, "Software", Names.CommandLine);
        leaf.Texts.Add(new LocalizedText("en", $"Deltas {version} for Defender amd64fre [{index}]"));
        leaf.Prerequisites.Add(PrerequisiteGroup.All(KnownIds.X64));
        leaf.Prerequisites.Add(PrerequisiteGroup.AnyOf(KnownIds.Defender));
        leaf.IsInstalled = Rules.And(
            Rules.Not(Rules.RegDword(Signatures, "SignatureType", "EqualTo", 1)),
            Rules.FileVersionUnderRegistry("mpasdlta.vdm", "GreaterThanOrEqualTo", version, Signatures, "SignatureLocation"));
        var earlier = Enumerable.Range(0, picks.Between(1, 14)).Select(_ => Rules.And(
            Rules.FileVersionUnderRegistry("mpasdlta.vdm", "EqualTo", $"1.{picks.Between(300, 499)}.{picks.Between(1, 999)}.0", Signatures, "SignatureLocation"),
            Rules.FileVersionUnderRegistry("mpavdlta.vdm", "EqualTo", $"1.{picks.Between(300, 499)}.{picks.Between(1, 999)}.0", Signatures, "SignatureLocation"))).ToArray();
        leaf.IsInstallable = Rules.And(Rules.Not(Rules.RegDword(Signatures, "DisableDeltaPatch", "GreaterThanOrEqualTo", 1)), Rules.Or(earlier));
        group.AddFile(leaf, $"AM_Delta_{index}.exe", patchingType: null);
        leaf.HandlerData = HandlerData.CommandLine(leaf.Files[0].File.FileName, "WD /q", (0, "Succeeded", false));
        return leaf.Build();
    }
}
