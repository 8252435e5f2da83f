using System.Xml.Linq;
using Hierarchy.Domain;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Xunit;

namespace Hierarchy.Tests.Applicability;

public sealed class ApplicabilityRulesTests
{
    public static TheoryData<string, Truth, string> Cases
    {
        get
        {
            var data = new TheoryData<string, Truth, string>();
            foreach (var (rule, expected, metadata) in RuleCases.Everything) data.Add(rule, expected, metadata);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rule_AgainstAComputer_IsAsTheSchemaSays(string rule, Truth expected, string metadata)
    {
        var outcome = RuleCases.Evaluate(rule, RuleCases.Computer, metadata);

        Assert.True(expected == outcome.Truth, $"{rule} {metadata}: {outcome.Explain()}");
        Assert.NotEmpty(outcome.Explain());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rule_WithoutAnyFact_IsNeverDecidedByThem(string rule, Truth expected, string metadata)
    {
        var outcome = RuleCases.Evaluate(rule, FactSet.Empty, metadata);

        // Only constants decide without facts.
        var isConstant = rule.Contains("<True/>", StringComparison.Ordinal) || rule.Contains("<False/>", StringComparison.Ordinal);
        if (isConstant && !rule.Contains("Loop", StringComparison.Ordinal)) Assert.Equal(expected, outcome.Truth);
        else Assert.Equal(Truth.Unknown, outcome.Truth);
    }

    public static TheoryData<string, Truth, string> OtherComputers
    {
        get
        {
            var data = new TheoryData<string, Truth, string>();
            foreach (var (rule, expected, facts) in RuleCases.Elsewhere) data.Add(rule, expected, facts);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(OtherComputers))]
    public void Rule_AgainstAnotherComputer_IsAsTheSchemaSays(string rule, Truth expected, string facts)
    {
        var outcome = RuleCases.Evaluate(rule, RuleCases.Facts(facts));

        Assert.True(expected == outcome.Truth, $"{rule}: {outcome.Explain()}");
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

    // One product has the patch, the other not: the other is to get it.
    [Fact]
    public void MsiPatch_AppliedToOneOfTwoProducts_IsStillInstallable()
    {
        const string Metadata = """
            <m.MsiPatchMetadata><MsiPatch xmlns="http://www.microsoft.com/msi/patch_applicability.xsd" PatchGUID="{00000000-0000-0000-0000-0000000000aa}">
            <TargetProductCode>{00000000-0000-0000-0000-000000000001}</TargetProductCode><TargetProductCode>{00000000-0000-0000-0000-000000000002}</TargetProductCode>
            <SequenceData><PatchFamily>F</PatchFamily><Sequence>1.0</Sequence></SequenceData></MsiPatch></m.MsiPatchMetadata>
            """;
        const string Has = """ { "patches": { "{00000000-0000-0000-0000-0000000000aa}": { "F": "1.0" } } }""";
        const string HasLater = """ { "patches": { "{00000000-0000-0000-0000-0000000000bb}": { "F": "1.1" } } }""";
        const string HasNone = """ { "patches": {} }""";

        AssertTruths(Has, HasNone, Truth.False, Truth.False, Truth.True);
        AssertTruths(Has, HasLater, Truth.True, Truth.False, Truth.False);
        AssertTruths(HasLater, HasLater, Truth.False, Truth.True, Truth.False);
        AssertTruths(HasLater, HasNone, Truth.False, Truth.False, Truth.True);
        AssertTruths(Has, "{}", Truth.Unknown, Truth.Unknown, Truth.Unknown);
        AssertTruths(HasNone, "{}", Truth.False, Truth.False, Truth.True);

        void AssertTruths(string first, string second, Truth installed, Truth superseded, Truth installable)
        {
            var facts = RuleCases.Facts($$"""
                { "msi": { "{00000000-0000-0000-0000-000000000001}": {{first}}, "{00000000-0000-0000-0000-000000000002}": {{second}} } }
                """);
            Assert.Equal(installed, RuleCases.Evaluate("<m.MsiPatchInstalled/>", facts, Metadata).Truth);
            Assert.Equal(superseded, RuleCases.Evaluate("<m.MsiPatchSuperseded/>", facts, Metadata).Truth);
            Assert.Equal(installable, RuleCases.Evaluate("<m.MsiPatchInstallable/>", facts, Metadata).Truth);
        }
    }

    [Theory]
    [InlineData("", """{ "F": "2.0" }""", Truth.True)]
    [InlineData("", """{ "F": "1.0" }""", Truth.False)]
    [InlineData("", """{ "G": "2.0" }""", Truth.False)]
    [InlineData("", "null", Truth.Unknown)]
    [InlineData("<ProductCode>{00000000-0000-0000-0000-000000000001}</ProductCode>", """{ "F": "2.0" }""", Truth.True)]
    [InlineData("<ProductCode>{00000000-0000-0000-0000-000000000009}</ProductCode>", """{ "F": "2.0" }""", Truth.False)]
    [InlineData("<ProductCode>{00000000-0000-0000-0000-000000000009}</ProductCode>", "null", Truth.False)]
    [InlineData("", """{ "families": {}, "obsoletes": ["{00000000-0000-0000-0000-0000000000aa}"] }""", Truth.True)]
    [InlineData("", """{ "families": { "F": "0.9" }, "obsoletes": ["{00000000-0000-0000-0000-0000000000cc}"] }""", Truth.False)]
    public void MsiPatch_ByWhatIsApplied_IsSuperseded(string product, string applied, Truth superseded)
    {
        var metadata = $$"""
            <m.MsiPatchMetadata><MsiPatch xmlns="http://www.microsoft.com/msi/patch_applicability.xsd" PatchGUID="{00000000-0000-0000-0000-0000000000aa}">
            <TargetProductCode>{00000000-0000-0000-0000-000000000001}</TargetProductCode>
            <SequenceData><PatchFamily>F</PatchFamily>{{product}}<Sequence>1.0</Sequence></SequenceData></MsiPatch></m.MsiPatchMetadata>
            """;
        var facts = RuleCases.Facts($$"""
            { "msi": { "{00000000-0000-0000-0000-000000000001}": { "patches": { "{00000000-0000-0000-0000-0000000000bb}": {{applied}} } } } }
            """);

        Assert.Equal(superseded, RuleCases.Evaluate("<m.MsiPatchSuperseded/>", facts, metadata).Truth);
        var installable = superseded switch { Truth.True => Truth.False, Truth.False => Truth.True, _ => Truth.Unknown };
        Assert.Equal(installable, RuleCases.Evaluate("<m.MsiPatchInstallable/>", facts, metadata).Truth);
    }

    // A check that cannot be read may not be left out: the patch would fit what it does not fit.
    [Theory]
    [InlineData("""<TargetVersion Validate="true" ComparisonType="Equal" ComparisonFilter="Major">nine</TargetVersion>""")]
    [InlineData("""<TargetVersion Validate="true" ComparisonType="Like" ComparisonFilter="Major">9.0</TargetVersion>""")]
    [InlineData("""<TargetVersion Validate="true" ComparisonType="Equal" ComparisonFilter="Minor">9.0</TargetVersion>""")]
    [InlineData("""<TargetProductCode Validate="true">{no}</TargetProductCode>""")]
    [InlineData("""<TargetLanguage Validate="true">English</TargetLanguage>""")]
    [InlineData("""<UpgradeCode Validate="true">none</UpgradeCode>""")]
    public void MsiPatch_WithATargetOfNoMeaning_IsUnknown(string target)
    {
        var metadata = RuleCases.MetadataOf(RuleCases.Patch, "2.0");
        Assert.Equal(Truth.True, RuleCases.Evaluate("<m.MsiPatchInstallable/>", RuleCases.Computer, metadata).Truth);
        var broken = metadata.Replace("<TargetProductCode>", $"<TargetProduct>{target}</TargetProduct><TargetProductCode>", StringComparison.Ordinal);

        Assert.Equal(Truth.Unknown, RuleCases.Evaluate("<m.MsiPatchInstallable/>", RuleCases.Computer, broken).Truth);
    }

    // One device runs with just this driver, another has none.
    [Fact]
    public void Driver_WithASecondDeviceThatHasNone_IsInstallable()
    {
        var facts = RuleCases.Facts("""
            { "devices": [ { "hardwareIds": ["PCI\\A"], "driver": { "hardwareId": "PCI\\A", "provider": "Acme", "date": "2025-01-01", "version": "2.0" } },
                           { "hardwareIds": ["pci\\a", "PCI\\A"] } ] }
            """);
        var metadata = RuleCases.DriverOf(@"PCI\A", "2025-01-01", "2.0.0.0");

        Assert.Equal(Truth.False, RuleCases.Evaluate("<d.WindowsDriverInstalled/>", facts, metadata).Truth);
        Assert.Equal(Truth.False, RuleCases.Evaluate("<d.WindowsDriverSuperseded/>", facts, metadata).Truth);
        Assert.Equal(Truth.True, RuleCases.Evaluate("<d.WindowsDriverInstallable/>", facts, metadata).Truth);
    }
}
