using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Updates that stand alone: applications, tools, packages of earlier systems, detectoids.</summary>
internal static class SingleUpdates
{
    public static IReadOnlyList<SourceDocument> Application(UpdateGroup group)
    {
        var picks = group.Picks;
        var article = group.NewArticle();
        var product = picks.Guid();
        var name = $"Application {picks.Between(1, 9999)}";
        var application = group.Begin(0, "Software", Names.WindowsInstaller);
        group.AddTexts(application, picks.Between(1, 10), picks.Between(1, 4), name, article);
        group.AddSupport(application, article, mayRestart: false);
        group.AddPrerequisites(application, KnownIds.Updates, picks.From([.. KnownIds.OfficeProducts.Keys]));
        application.IsInstalled = Rules.Plain("mar", Names.Msi, "MsiApplicationInstalled");
        application.IsInstallable = Rules.Plain("mar", Names.Msi, "MsiApplicationInstallable");
        application.Metadata = xml =>
        {
            xml.WriteStartElement("mar", "MsiApplicationMetadata", Names.Msi);
            xml.WriteElementString("mar", "ProductCode", Names.Msi, product.ToString("B"));
            xml.WriteEndElement();
        };
        group.AddFile(application, $"application{article}.cab", patchingType: null);
        application.HandlerData = HandlerData.InstallerApplication(product, $"application{article}.msi");
        return [application.Build()];
    }

    public static IReadOnlyList<SourceDocument> Tool(UpdateGroup group)
    {
        var picks = group.Picks;
        var article = group.NewArticle();
        var tool = group.Begin(0, "Software", Names.CommandLine);
        group.AddTexts(tool, picks.Between(1, Phrases.All.Count), picks.Between(1, 6), "Windows Malicious Software Removal Tool x64", article);
        group.AddSupport(tool, article, mayRestart: true);
        group.AddPrerequisites(tool, KnownIds.UpdateRollups, KnownIds.Windows11);
        group.AddEula(tool);
        tool.IsInstalled = Rules.RegSz(@"SOFTWARE\Microsoft\RemovalTools\MRT", "Version", "EqualTo", picks.Guid().ToString("D").ToUpperInvariant());
        tool.IsInstallable = Rules.And(Rules.WindowsVersionAtLeast(6, 1), Rules.Not(Rules.RegKeyExists($@"SOFTWARE\Policies\Microsoft\MRT\KB{article}")));
        group.AddFile(tool, $"Windows-KB{article}-x64-V5.{picks.Between(1, 150)}.exe", patchingType: null);
        tool.HandlerData = HandlerData.CommandLine(
            tool.Files[^1].File.FileName, "/Q /W", (0, "Succeeded", false), (3010, "Succeeded", true), (1641, "Succeeded", true), (1602, "Cancelled", false), (-2147023278, "Failed", false));
        return [tool.Build()];
    }

    public static IReadOnlyList<SourceDocument> Hotfix(UpdateGroup group)
    {
        var picks = group.Picks;
        var article = group.NewArticle();
        var (product, name) = picks.From([.. KnownIds.WindowsProducts.Take(5)]);
        var hotfix = group.Begin(0, "Software", Names.WindowsPatch);
        group.AddTexts(hotfix, picks.OneIn(5) ? Phrases.All.Count : picks.Between(1, 6), picks.Between(1, 5), name, article);
        group.AddSupport(hotfix, article, mayRestart: true);
        group.AddPrerequisites(hotfix, KnownIds.SecurityUpdates, product);
        var files = picks.OneIn(10) ? picks.Between(30, 90) : picks.Between(2, 16);
        hotfix.IsInstalled = Rules.Or(Rules.RegKeyExists($@"SOFTWARE\Microsoft\Updates\{name}\SP4\KB{article}"), Rules.And(group.FileRules(files, "GreaterThanOrEqualTo")));
        hotfix.IsInstallable = Rules.And(
            Rules.Or(Rules.WindowsLanguage("en"), Rules.WindowsLanguage("de"), Rules.WindowsLanguage("ja")), Rules.Or(group.FileRules(files, "LessThan")));
        foreach (var language in new[] { "ENU", "DEU", "JPN" }.Take(picks.Between(1, 3)))
            group.AddFile(hotfix, $"WindowsXP-KB{article}-x86-{language}.exe", picks.From(["SelfContained", "Express"]));
        hotfix.HandlerData = Handler;
        return [hotfix.Build()];
    }

    public static IReadOnlyList<SourceDocument> Detectoid(UpdateGroup group)
    {
        var picks = group.Picks;
        var detectoid = group.Begin(0, "Detectoid");
        detectoid.Properties["ExplicitlyDeployable"] = "false";
        detectoid.Properties["IsPublic"] = "false";
        detectoid.Properties["DetectoidType"] = picks.From(["Application Locale", "Operating System", "Processor"]);
        var component = picks.Between(1, 99999);
        detectoid.Texts.Add(new LocalizedText("en", $"Component {component} at its servicing level"));
        detectoid.Prerequisites.Add(PrerequisiteGroup.All(picks.From([.. KnownIds.WindowsProducts.Keys])));
        detectoid.IsInstalled = picks.OneIn(2)
            ? Rules.And(group.FileRules(picks.Between(1, 12), "GreaterThanOrEqualTo"))
            : Rules.Or(Rules.RegDword($@"SOFTWARE\Microsoft\Component{component}", "Level", "GreaterThanOrEqualTo", picks.Between(1, 5)), Rules.RegKeyExists($@"SOFTWARE\Microsoft\Component{component}\Next"));
        return [detectoid.Build()];
    }

    private static void Handler(XmlWriter xml)
    {
        xml.WriteAttributeString("xmlns", "psf", null, Names.WindowsPatch);
        xml.WriteAttributeString("xsi", "type", Names.SchemaInstance, "psf:WindowsPatch");
    }
}
