using System.Globalization;
using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Cumulative updates: every month a visible bundle in up to 29 languages with a hidden component-based leaf; each supersedes the months before it.</summary>
internal static class CumulativeUpdates
{
    public static IReadOnlyList<SourceDocument> Make(UpdateGroup group)
    {
        var picks = group.Picks;
        var (product, name) = Product(picks);
        var languages = picks.OneIn(4) ? Phrases.All.Count : picks.Between(1, 12);
        var sentences = picks.OneIn(8) ? picks.Between(8, 18) : picks.Between(3, 6);
        var classification = picks.From([KnownIds.SecurityUpdates, KnownIds.CriticalUpdates, KnownIds.UpdateRollups, KnownIds.Updates]);
        var documents = new List<SourceDocument>();
        for (var month = 0; month * 2 < group.Size; month++)
        {
            var article = group.NewArticle();
            var created = group.Created.AddDays(28 * month);
            var bundle = group.Begin(2 * month, "Software", created: created);
            bundle.Properties["LegacyName"] = $"KB{article}-{created:yyyy-MM}-{name.Replace(' ', '-')}-World";
            group.AddTexts(bundle, languages, sentences, name, article);
            group.AddSupport(bundle, article, mayRestart: true);
            group.AddPrerequisites(bundle, classification, product);
            for (var before = month - 1; before >= 0; before--)
                bundle.Superseded.Add(group.Key(2 * before).Id);
            if ((2 * month) + 1 < group.Size)
                bundle.Bundled.Add(group.Key((2 * month) + 1));
            documents.Add(bundle.Build());
            if ((2 * month) + 1 < group.Size)
                documents.Add(Leaf(group, (2 * month) + 1, product, article, created));
        }

        return documents;
    }

    private static (Guid Id, string Name) Product(Picks picks)
    {
        var (id, name) = picks.From([.. KnownIds.WindowsProducts.Where(product => product.Key != KnownIds.Defender)]);
        return (id, name);
    }

    private static SourceDocument Leaf(UpdateGroup group, int index, Guid product, int article, DateTimeOffset created)
    {
        var picks = group.Picks;
        var version = picks.Version(10);
        var leaf = group.Begin(index, "Software", Names.CbsHandler, created);
        leaf.Texts.Add(new LocalizedText("en", $"HIDDEN: Windows10.0-KB{article}-x64"));
        leaf.Prerequisites.Add(PrerequisiteGroup.All(KnownIds.X64));
        leaf.Prerequisites.Add(PrerequisiteGroup.AnyOf(product));
        leaf.IsInstalled = Rules.Plain("cbsar", Names.Cbs, "CbsPackageInstalled");
        leaf.IsInstallable = Rules.Plain("cbsar", Names.Cbs, "CbsPackageInstallable");
        leaf.Metadata = xml => Package(xml, article, version, created);
        group.AddFile(leaf, $"Windows10.0-KB{article}-x64.cab");
        if (picks.OneIn(3))
            group.AddFile(leaf, $"Windows10.0-KB{article}-x64-express.cab", "Express");
        if (picks.OneIn(3))
            group.AddFile(leaf, $"Windows10.0-KB{article}-x64.psf", "Express");
        leaf.HandlerData = HandlerData.Cbs();
        return leaf.Build();
    }

    private static void Package(XmlWriter xml, int article, string version, DateTimeOffset created)
    {
        var stamp = created.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        xml.WriteStartElement("cbsar", "CbsPackageApplicabilityMetadata", Names.Cbs);
        xml.WriteStartElement("assembly", Names.Assembly);
        xml.WriteAttributeString("manifestVersion", "1.0");
        xml.WriteAttributeString("description", $"Fix for KB{article}");
        xml.WriteAttributeString("displayName", "default");
        xml.WriteAttributeString("supportInformation", $"https://support.example/?kbid={article}");
        xml.WriteAttributeString("creationTimeStamp", stamp);
        xml.WriteStartElement("assemblyIdentity", Names.Assembly);
        xml.WriteAttributeString("name", $"Package_for_KB{article}");
        xml.WriteAttributeString("version", version);
        xml.WriteAttributeString("language", "neutral");
        xml.WriteAttributeString("processorArchitecture", "amd64");
        xml.WriteAttributeString("publicKeyToken", "31bf3856ad364e35");
        xml.WriteEndElement();
        xml.WriteStartElement("package", Names.Assembly);
        xml.WriteAttributeString("identifier", $"KB{article}");
        xml.WriteAttributeString("applicabilityEvaluation", "deep");
        xml.WriteAttributeString("releaseType", "Update");
        xml.WriteAttributeString("restart", "possible");
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }
}
