using System.Xml.Linq;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Xunit;

namespace Hierarchy.Tests.Applicability;

/// <summary>Holds the rules against the schemas themselves, so that an element or attribute that was forgotten fails here.</summary>
public sealed class SchemaTests
{
    // The schemas of these are not published; documents use them.
    private static readonly string[] Unpublished =
    [
        "True", "False", "And", "Or", "Not", "CbsPackageInstalled", "CbsPackageInstalledByIdentity", "CbsPackageInstallable", "DeviceAttribute", "ProductReleaseInstalled",
        "ProductReleaseVersion",
    ];

    // They are what they are, whatever is known.
    private static readonly string[] Constants = ["True", "False"];

    // What their values may be is not in the published schemas (bt:), and any text is one.
    private static readonly string[] TextTypes =
    [
        "string", "language", "bt:PlatformID", "bt:FilePath", "bt:RegistryValue", "bt:RegistryValueSz", "bt:RegistryValueExpandSz", "bt:LicenseValue", "bt:WmiNamespace", "bt:WmiWqlQuery",
    ];

    // The attribute groups of bt:, which the published schemas refer to and do not hold.
    private static readonly (string Name, string Type, bool IsRequired)[] KeyAttributes = [("Key", "hive", true), ("Subkey", "string", false), ("RegType32", "boolean", false)];

    public static TheoryData<string> Elements => [.. ReadSchemas().Keys.Concat(Unpublished)];

    [Theory]
    [MemberData(nameof(Elements))]
    public void Element_OfTheSchemas_HasCasesOfEveryTruth(string name)
    {
        var elsewhere = RuleCases.Elsewhere.Where(@case => LocalName(XElement.Parse(@case.Rule)) == name).Select(@case => @case.Expected);
        var truths = Cases(name).Select(@case => @case.Expected).Concat(elsewhere).ToHashSet();

        if (Constants.Contains(name)) Assert.Single(truths);
        else Assert.Equal([Truth.False, Truth.True, Truth.Unknown], truths.Order());
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public void Element_WithoutARequiredAttribute_IsUnknownAndSaysWhich(string name)
    {
        foreach (var (attribute, _, _) in Attributes(name).Where(attribute => attribute.IsRequired))
        {
            var outcome = Evaluate(name, element => element.Attribute(attribute)?.Remove());

            Assert.Equal(Truth.Unknown, outcome.Truth);
            Assert.Contains($"{attribute} is missing", outcome.Explain(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public void Element_WithAnAttributeOfNoMeaning_IsUnknownAndSaysWhich(string name)
    {
        foreach (var (attribute, type, _) in Attributes(name).Where(attribute => !TextTypes.Contains(attribute.Type)))
        {
            foreach (var value in BadValues(type))
            {
                var outcome = Evaluate(name, element => element.SetAttributeValue(attribute, value));

                Assert.True(outcome.Truth == Truth.Unknown, $"{name} {attribute}=\"{value}\" ({type}): {outcome.Explain()}");
                Assert.Contains(attribute, outcome.Explain(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Rules_OfEveryRecordedDocument_EvaluateEachAlone()
    {
        var seen = new HashSet<string>();
        var count = 0;
        foreach (var path in Directory.GetFiles(RepositoryRoot.Fixture("updates")).Concat(Directory.GetFiles(RepositoryRoot.Fixture("fragments"))))
        {
            var root = XElement.Parse($"<root>{File.ReadAllText(path).Trim()}</root>");
            foreach (var document in root.Descendants().Where(element => element.Name.LocalName == "ApplicabilityRules"))
            {
                var metadata = document.Elements().FirstOrDefault(element => element.Name.LocalName == "Metadata");
                foreach (var rule in document.Elements().Where(element => element != metadata).Descendants().Where(IsRule))
                {
                    var section = new XElement("ApplicabilityRules", new XElement("IsInstalled", rule), metadata);
                    var rules = ApplicabilityRules.Read(section);
                    var outcome = rules.Evaluate(rules.IsInstalled!, new RevisionId(RuleCases.Update, 1), RuleCases.Computer);
                    var text = outcome.Explain();
                    Assert.DoesNotContain("does not know", text, StringComparison.Ordinal);
                    Assert.DoesNotContain("=\"", text, StringComparison.Ordinal);
                    Assert.DoesNotContain("is missing", text, StringComparison.Ordinal);
                    Assert.DoesNotContain("the document has no", text, StringComparison.Ordinal);
                    Assert.DoesNotContain("names no package", text, StringComparison.Ordinal);
                    seen.Add(rule.Name.LocalName);
                    count++;
                }
            }
        }

        Assert.True(count >= 60, $"only {count} rules found: {string.Join(", ", seen)}");
    }

    // The parts of MsiFeatureInstalledForProduct and the like are no rules.
    private static bool IsRule(XElement element) => element.Name.LocalName is not ("Feature" or "Component" or "Product");

    private static IEnumerable<(string Rule, Truth Expected, string Metadata)> Cases(string name)
        => RuleCases.Everything.Where(@case => XElement.Parse(@case.Rule) is { Name.NamespaceName: "" } element && LocalName(element) == name);

    private static string LocalName(XElement element) => element.Name.LocalName is [_, '.', ..] name ? name[2..] : element.Name.LocalName;

    private static RuleOutcome Evaluate(string name, Action<XElement> edit)
    {
        // A case that is decided, so that nothing but the edit makes it unknown.
        var (rule, _, metadata) = Cases(name).First(@case => @case.Expected != Truth.Unknown);
        var element = XElement.Parse(rule);
        edit(element);
        return RuleCases.Evaluate(element.ToString(SaveOptions.DisableFormatting), RuleCases.Computer, metadata);
    }

    private static IEnumerable<string> BadValues(string type) => type switch
    {
        "unsignedInt" => ["x", "", "-1", "4294967296", "1.5"],
        "unsignedShort" or "bt:ProcessorArchitecture" or "bt:ProcessorLevel" or "bt:ProcessorRevision" => ["x", "", "-1", "65536", "0x10"],
        "int" or "bt:Csidl" => ["x", "", "2147483648", "1e3"],
        "bt:FileSize" => ["x", "", "-1", "9223372036854775808"],
        "bt:RegistryValueDword" or "bt:LicenseValueDword" => ["x", "", "4294967296", "-2147483649"],
        "boolean" => ["yes", "", "2", "TRUE"],
        "bt:Version" or "mspblob:Version" => ["x", "", "1.2.3.4.5", "1..2", "-1.0", "1.99999999999"],
        "bt:FileDate" => ["x", "", "10:00", "2025-13-01T00:00:00Z", "01/02/2025"],
        "bt:ScalarComparison" => ["x", "", "0", "Contains", "LessThan, EqualTo"],
        "bt:StringComparison" => ["x", "", "1", "LessThan"],
        "bt:LoopLogic" => ["x", "", "0", "Some"],
        "bt:RegistryValueType" => ["x", "", "REG_FLOAT"],
        "mspblob:GUID" => ["x", "", "{3c4a397d-22b2-4ab0-849f-f5e12672cac}"],
        "hive" => ["x", "", "HKEY_DYN_DATA"],
        _ => throw new InvalidOperationException($"The schema has a type that this test does not know: {type}."),
    };

    private static (string Name, string Type, bool IsRequired)[] Attributes(string name) => ReadSchemas().TryGetValue(name, out var attributes) ? attributes : name switch
    {
        "CbsPackageInstalledByIdentity" => [("PackageIdentity", "string", true)],
        "DeviceAttribute" => [("Name", "string", true), ("Comparison", "bt:ScalarComparison", false), ("Value", "string", true)],
        "ProductReleaseInstalled" => [("Name", "string", true), ("Version", "bt:Version", true)],
        "ProductReleaseVersion" => [("Name", "string", true), ("Version", "bt:Version", true), ("Comparison", "bt:ScalarComparison", true)],
        _ => [],
    };

    /// <summary>Every rule element with its attributes, those of its base types and groups included.</summary>
    private static Dictionary<string, (string Name, string Type, bool IsRequired)[]> ReadSchemas()
    {
        var roots = Directory.GetFiles(RepositoryRoot.Fixture("schemas/metadata"), "*.xsd").Select(path => XDocument.Load(path).Root!).ToArray();
        var types = roots.SelectMany(root => root.Elements()).Where(element => element.Name.LocalName == "complexType").ToDictionary(type => type.Attribute("name")!.Value);
        return roots.SelectMany(root => root.Elements())
            .Where(element => element.Attribute("substitutionGroup")?.Value == "upd:ApplicabilityRuleElement")
            .ToDictionary(element => element.Attribute("name")!.Value, element => AttributesOf(element).ToArray());

        IEnumerable<(string, string, bool)> AttributesOf(XElement element)
        {
            foreach (var part in element.Descendants())
            {
                switch (part.Name.LocalName)
                {
                    case "attribute":
                        yield return (part.Attribute("name")!.Value, part.Attribute("type")!.Value, part.Attribute("use")?.Value == "required");
                        break;
                    case "extension" when part.Attribute("base")!.Value is { } name && types.TryGetValue(name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..], out var type):
                        foreach (var inherited in AttributesOf(type)) yield return inherited;
                        break;
                    case "attributeGroup":
                        Assert.Contains(part.Attribute("ref")!.Value, (string[])["bt:RegistryKeyAttributes", "bt:RegistryValueAttributes"]);
                        foreach (var attribute in KeyAttributes) yield return attribute;
                        break;
                }
            }
        }
    }
}
