using System.Xml.Linq;
using Hierarchy.Domain;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Xunit;

namespace Hierarchy.Tests.Applicability;

public sealed class ApplicabilityRulesTests
{
    public static TheoryData<string, Truth> Cases
    {
        get
        {
            var data = new TheoryData<string, Truth>();
            foreach (var (rule, expected) in RuleCases.All) data.Add(rule, expected);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rule_AgainstAComputer_IsAsTheSchemaSays(string rule, Truth expected)
    {
        var outcome = RuleCases.Evaluate(rule, RuleCases.Computer);

        Assert.True(expected == outcome.Truth, $"{rule}: {outcome.Explain()}");
        Assert.NotEmpty(outcome.Explain());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rule_WithoutAnyFact_IsNeverDecidedByThem(string rule, Truth expected)
    {
        var outcome = RuleCases.Evaluate(rule, FactSet.Empty);

        // Only constants decide without facts.
        var isConstant = !rule.Contains('.', StringComparison.Ordinal) && !rule.Contains("Name=", StringComparison.Ordinal) && !rule.Contains("Identity", StringComparison.Ordinal);
        if (isConstant || rule.Contains("Nonsense", StringComparison.Ordinal)) Assert.Equal(expected, outcome.Truth);
        else Assert.Equal(Truth.Unknown, outcome.Truth);
    }

    [Fact]
    public void Table_AgainstTheSchemas_HasACaseOfEveryElement()
    {
        var schemas = Directory.GetFiles(RepositoryRoot.Fixture("schemas/metadata"), "*.xsd");
        var names = schemas.SelectMany(path => XDocument.Load(path).Descendants())
            .Where(element => element.Name.LocalName == "element" && element.Attribute("substitutionGroup")?.Value == "upd:ApplicabilityRuleElement")
            .Select(element => element.Attribute("name")!.Value)
            .ToArray();

        Assert.True(names.Length > 40);
        foreach (var name in names)
        {
            Assert.Contains(RuleCases.All, @case => @case.Rule.Contains($".{name} ", StringComparison.Ordinal)
                || @case.Rule.Contains($".{name}/", StringComparison.Ordinal) || @case.Rule.Contains($".{name}>", StringComparison.Ordinal));
            Assert.DoesNotContain("does not know", RuleCases.Evaluate($"<b.{name}/>", FactSet.Empty).Explain(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""<bar:RegDword xmlns:bar="http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules" Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Acme" Value="Level" Comparison="EqualTo" Data="5"/>""")]
    [InlineData("""<lar:And xmlns:lar="http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules"><lar:True/></lar:And>""")]
    public void Rule_WithItsNamespace_IsTheSameRule(string rule) => Assert.Equal(Truth.True, RuleCases.Evaluate(rule, RuleCases.Computer).Truth);

    [Fact]
    public void Outcome_OfATree_NamesTheRuleThatDecided()
    {
        var outcome = RuleCases.Evaluate(
            """<And><True/><Not><b.RegDword Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Acme" Value="Level" Comparison="EqualTo" Data="5"/></Not></And>""", RuleCases.Computer);

        Assert.Equal(Truth.False, outcome.Truth);
        Assert.Equal(@"RegDword HKLM\SOFTWARE\Acme!Level EqualTo 5 is true: it is 5", outcome.Explain());
    }

    [Fact]
    public void Rules_NestedWithoutEnd_AreRefused()
    {
        var xml = string.Concat(Enumerable.Repeat("<Not>", 200)) + "<True/>" + string.Concat(Enumerable.Repeat("</Not>", 200));

        Assert.Throws<IntegrityException>(() => RuleCases.Rules(xml));
    }

    [Fact]
    public void Rules_TooMany_AreRefused()
    {
        var xml = "<And>" + string.Concat(Enumerable.Repeat("<True/>", 60_000)) + "</And>";

        Assert.Throws<IntegrityException>(() => RuleCases.Rules(xml));
    }

    [Fact]
    public void Rules_OfNoElement_AreNone()
    {
        Assert.Same(ApplicabilityRules.None, ApplicabilityRules.Read(null));
        Assert.Null(ApplicabilityRules.None.IsInstalled);
    }

    [Fact]
    public void Section_WithTwoRules_IsUnknown()
    {
        var rules = ApplicabilityRules.Read(XElement.Parse("<ApplicabilityRules><IsInstallable><True/><True/></IsInstallable></ApplicabilityRules>"));

        Assert.Null(rules.IsInstalled);
        Assert.Equal(Truth.Unknown, rules.Evaluate(rules.IsInstallable!, default, RuleCases.Computer).Truth);
    }

    // What the metadata rules say, by what stands in the Metadata element.
    [Theory]
    [InlineData("<m.MsiApplicationInstalled/>", "<m.MsiApplicationMetadata><ProductCode>{3c4a397d-22b2-4ab0-849f-f5e12672caca}</ProductCode></m.MsiApplicationMetadata>", Truth.True)]
    [InlineData("<m.MsiApplicationInstalled/>", """<m.MsiApplicationMetadata><ProductCode Version="10.0" UseRecacheReinstall="LowerVersion">{3c4a397d-22b2-4ab0-849f-f5e12672caca}</ProductCode></m.MsiApplicationMetadata>""", Truth.False)]
    [InlineData("<m.MsiApplicationInstallable/>", """<m.MsiApplicationMetadata><ProductCode Version="10.0" UseRecacheReinstall="LowerVersion">{3c4a397d-22b2-4ab0-849f-f5e12672caca}</ProductCode></m.MsiApplicationMetadata>""", Truth.True)]
    [InlineData("<m.MsiApplicationInstallable/>", "<m.MsiApplicationMetadata><ProductCode>{a1b2c3d4-0001-4000-8000-000000000100}</ProductCode></m.MsiApplicationMetadata>", Truth.True)]
    [InlineData("<m.MsiApplicationSuperseded/>", """<m.MsiApplicationMetadata><ProductCode Version="8.0">{3c4a397d-22b2-4ab0-849f-f5e12672caca}</ProductCode></m.MsiApplicationMetadata>""", Truth.True)]
    [InlineData("<CbsPackageInstalled/>", """<CbsPackageApplicabilityMetadata><assembly xmlns="urn:schemas-microsoft-com:asm.v3"><assemblyIdentity name="KB1" version="1.0" language="neutral" processorArchitecture="amd64" publicKeyToken="t"/></assembly></CbsPackageApplicabilityMetadata>""", Truth.True)]
    [InlineData("<CbsPackageInstallable/>", """<CbsPackageApplicabilityMetadata><assembly xmlns="urn:schemas-microsoft-com:asm.v3"><assemblyIdentity name="KB2" version="1.0" language="neutral" processorArchitecture="amd64" publicKeyToken="t"/></assembly></CbsPackageApplicabilityMetadata>""", Truth.True)]
    [InlineData("<CbsPackageInstallable/>", """<CbsPackageApplicabilityMetadata><assembly xmlns="urn:schemas-microsoft-com:asm.v3"><assemblyIdentity name="KB9" version="1.0" language="neutral" processorArchitecture="amd64" publicKeyToken="t"/></assembly></CbsPackageApplicabilityMetadata>""", Truth.Unknown)]
    public void MetadataRule_WithItsMetadata_IsDecided(string rule, string metadata, Truth expected)
    {
        var outcome = RuleCases.Evaluate(rule, RuleCases.Computer, metadata);

        Assert.True(expected == outcome.Truth, outcome.Explain());
    }

    [Theory]
    [InlineData("9.0.1399", "Equal", "MajorMinorUpdate", "0.1", Truth.False, Truth.True)]
    [InlineData("9.0.5000", "LessThan", "MajorMinor", "9.1", Truth.False, Truth.False)]
    [InlineData("9.0.5000", "LessThanOrEqual", "MajorMinorUpdate", "9.1", Truth.False, Truth.True)]
    [InlineData("10.0", "Equal", "Major", "9.1", Truth.False, Truth.False)]
    public void MsiPatch_ByTargetVersion_IsInstallable(string target, string comparison, string filter, string sequence, Truth installed, Truth installable)
    {
        var metadata = $"""
            <m.MsiPatchMetadata><MsiPatch xmlns="http://www.microsoft.com/msi/patch_applicability.xsd" PatchGUID="{RuleCases.Patch}">
            <TargetProduct><TargetProductCode Validate="true">{RuleCases.Product}</TargetProductCode>
            <TargetVersion Validate="true" ComparisonType="{comparison}" ComparisonFilter="{filter}">{target}</TargetVersion></TargetProduct>
            <TargetProductCode>{RuleCases.Product}</TargetProductCode>
            <SequenceData><PatchFamily>Unrelated</PatchFamily><Sequence>{sequence}</Sequence></SequenceData></MsiPatch></m.MsiPatchMetadata>
            """;

        Assert.Equal(installed, RuleCases.Evaluate("<m.MsiPatchInstalled/>", RuleCases.Computer, metadata).Truth);
        Assert.Equal(installable, RuleCases.Evaluate("<m.MsiPatchInstallable/>", RuleCases.Computer, metadata).Truth);
        Assert.Equal(Truth.False, RuleCases.Evaluate("<m.MsiPatchSuperseded/>", RuleCases.Computer, metadata).Truth);
        var later = metadata.Replace("Unrelated", "Family", StringComparison.Ordinal).Replace($"<Sequence>{sequence}", "<Sequence>1.9", StringComparison.Ordinal);
        Assert.Equal(Truth.True, RuleCases.Evaluate("<m.MsiPatchSuperseded/>", RuleCases.Computer, later).Truth);
        Assert.Equal(Truth.False, RuleCases.Evaluate("<m.MsiPatchInstallable/>", RuleCases.Computer, later).Truth);
    }

    [Theory]
    [InlineData(@"PCI\A", "2025-01-01", "2.0.0.0", "Net", "Acme", true, false, false)]
    [InlineData(@"PCI\A", "2025-01-02", "1.0.0.0", "Net", "Acme", false, false, true)]
    [InlineData(@"PCI\A", "2024-01-02", "9.0.0.0", "Net", "Acme", false, true, false)]
    [InlineData(@"pci\a&amp;rev1", "2020-01-01", "1.0.0.0", "Net", "Acme", false, false, true)]
    [InlineData(@"PCI\NODRIVER", "2020-01-01", "1.0.0.0", "Net", "Acme", false, false, true)]
    [InlineData(@"PCI\ELSE", "2020-01-01", "1.0.0.0", "Net", "Acme", false, false, false)]
    [InlineData(@"PCI\A", "2026-01-01", "3.0.0.0", "Printers", "Other", false, false, false)]
    [InlineData(@"PCI\A", "2026-01-01", "3.0.0.0", "Printers", "Acme", false, false, true)]
    public void Driver_AgainstTheInstalledOne_IsBetterEqualOrWorse(
        string id, string date, string version, string @class, string provider, bool installed, bool superseded, bool installable)
    {
        var metadata = $"""<d.WindowsDriverMetaData HardwareID="{id}" DriverVerDate="{date}" DriverVerVersion="{version}" Class="{@class}" Provider="{provider}"/>""";

        Assert.Equal(installed, RuleCases.Evaluate("<d.WindowsDriverInstalled/>", RuleCases.Computer, metadata).Truth == Truth.True);
        Assert.Equal(superseded, RuleCases.Evaluate("<d.WindowsDriverSuperseded/>", RuleCases.Computer, metadata).Truth == Truth.True);
        Assert.Equal(installable, RuleCases.Evaluate("<d.WindowsDriverInstallable/>", RuleCases.Computer, metadata).Truth == Truth.True);
    }

    [Fact]
    public void MuiRules_WithMui_SeeItsLanguagesAndNoSystemLanguage()
    {
        var facts = RuleCases.Facts("""{ "os": { "major": 10, "language": "en-US", "muiLanguages": ["de-DE", "fr-FR"] } }""");

        Assert.Equal(Truth.True, RuleCases.Evaluate("<b.MuiInstalled/>", facts).Truth);
        Assert.Equal(Truth.True, RuleCases.Evaluate("""<b.MuiLanguageInstalled Language="de"/>""", facts).Truth);
        Assert.Equal(Truth.False, RuleCases.Evaluate("""<b.WindowsLanguage Language="en"/>""", facts).Truth);
    }

    [Fact]
    public void Rules_OfEveryRecordedDocument_Evaluate()
    {
        var count = 0;
        foreach (var path in Directory.GetFiles(RepositoryRoot.Fixture("updates")).Concat(Directory.GetFiles(RepositoryRoot.Fixture("fragments"))))
        {
            var text = File.ReadAllText(path).Trim();
            var root = XElement.Parse($"<root>{text}</root>", LoadOptions.None);
            foreach (var element in root.Descendants().Where(element => element.Name.LocalName == "ApplicabilityRules"))
            {
                var rules = ApplicabilityRules.Read(element);
                foreach (var rule in (ApplicabilityRule?[])[rules.IsInstalled, rules.IsSuperseded, rules.IsInstallable])
                {
                    if (rule is null) continue;
                    var outcome = rules.Evaluate(rule, new RevisionId(RuleCases.Update, 1), RuleCases.Computer);
                    Assert.DoesNotContain("does not know", outcome.Explain(), StringComparison.Ordinal);
                    count++;
                }
            }
        }

        Assert.True(count >= 15, $"only {count} rules found");
    }
}
