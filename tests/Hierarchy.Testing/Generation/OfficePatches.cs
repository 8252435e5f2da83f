using System.Globalization;
using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Updates of an Office: a visible bundle of hidden Windows Installer patches, each with the products that it applies to.</summary>
internal static class OfficePatches
{
    private static readonly string[] Parts = ["word", "excel", "outlook", "powerpoint", "access", "publisher", "infopath", "proofing", "mso"];

    public static IReadOnlyList<SourceDocument> Make(UpdateGroup group)
    {
        var picks = group.Picks;
        var (product, name) = picks.From([.. KnownIds.OfficeProducts]);
        var article = group.NewArticle();
        var bundle = group.Begin(0, "Software");
        group.AddTexts(bundle, picks.OneIn(5) ? Phrases.All.Count : picks.Between(1, 8), picks.Between(2, 5), $"Microsoft {name}", article);
        group.AddSupport(bundle, article, mayRestart: picks.OneIn(2));
        group.AddPrerequisites(bundle, picks.From([KnownIds.SecurityUpdates, KnownIds.CriticalUpdates, KnownIds.Updates]), product);
        if (picks.OneIn(6))
            group.AddEula(bundle);
        bundle.Bundled.AddRange(Enumerable.Range(1, group.Size - 1).Select(group.Key));
        return [bundle.Build(), .. Enumerable.Range(1, group.Size - 1).Select(index => Patch(group, index, product, name, article))];
    }

    private static SourceDocument Patch(UpdateGroup group, int index, Guid product, string name, int article)
    {
        var picks = group.Picks;
        var patch = picks.Guid();
        var part = picks.From(Parts);
        var targets = Enumerable.Range(0, picks.Between(1, 9)).Select(_ => (Product: picks.Guid(), Version: picks.Version(15), Upgrade: picks.Guid())).ToArray();
        var document = group.Begin(index, "Software", Names.WindowsInstaller);
        document.Texts.Add(new LocalizedText("en", $"HIDDEN: {part} of Microsoft {name} (KB{article})"));
        document.Prerequisites.Add(PrerequisiteGroup.AnyOf(product));
        document.IsInstalled = Rules.Plain("mar", Names.Msi, "MsiPatchInstalled");
        document.IsSuperseded = Rules.Plain("mar", Names.Msi, "MsiPatchSuperseded");
        document.IsInstallable = picks.OneIn(3)
            ? Rules.And(Rules.Plain("mar", Names.Msi, "MsiPatchInstallable"), Rules.MsiProductInstalled(targets[0].Product, targets[0].Version, 1033))
            : Rules.Plain("mar", Names.Msi, "MsiPatchInstallable");
        document.Metadata = xml => Metadata(xml, patch, targets, part);
        group.AddFile(document, $"{part}-x-none.cab");
        document.HandlerData = HandlerData.InstallerPatch(patch);
        return document.Build();
    }

    private static void Metadata(XmlWriter xml, Guid patch, (Guid Product, string Version, Guid Upgrade)[] targets, string part)
    {
        xml.WriteStartElement("mar", "MsiPatchMetadata", Names.Msi);
        xml.WriteStartElement("MsiPatch", Names.MsiPatch);
        xml.WriteAttributeString("SchemaVersion", "1.0.0.0");
        xml.WriteAttributeString("PatchGUID", Code(patch));
        xml.WriteAttributeString("MinMsiVersion", "3");
        foreach (var (product, version, upgrade) in targets)
        {
            xml.WriteStartElement("TargetProduct", Names.MsiPatch);
            xml.WriteAttributeString("MinMsiVersion", "200");
            Element(xml, "TargetProductCode", Code(product), ("Validate", "true"));
            Element(xml, "TargetVersion", version, ("Validate", "true"), ("ComparisonType", "Equal"), ("ComparisonFilter", "MajorMinorUpdate"));
            Element(xml, "TargetLanguage", "1033", ("Validate", "false"));
            Element(xml, "UpdatedLanguages", "0");
            Element(xml, "UpgradeCode", Code(upgrade), ("Validate", "true"));
            xml.WriteEndElement();
        }

        foreach (var (product, _, _) in targets)
            Element(xml, "TargetProductCode", Code(product));
        xml.WriteStartElement("SequenceData", Names.MsiPatch);
        Element(xml, "PatchFamily", part);
        Element(xml, "Sequence", targets[0].Version);
        Element(xml, "Attributes", "1");
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Element(XmlWriter xml, string name, string value, params (string Name, string Value)[] attributes)
    {
        xml.WriteStartElement(name, Names.MsiPatch);
        foreach (var (attribute, text) in attributes)
            xml.WriteAttributeString(attribute, text);
        xml.WriteString(value);
        xml.WriteEndElement();
    }

    private static string Code(Guid id) => id.ToString("B").ToUpper(CultureInfo.InvariantCulture);
}
