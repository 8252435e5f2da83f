using System.Xml.Linq;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>Makes rules of elements. One instance reads one document; it counts.</summary>
internal sealed class RuleReader
{
    private const int MaximumDepth = 100;
    private const int MaximumRules = 50_000;
    private const string MicrosoftNamespaces = "http://schemas.microsoft.com/";

    private static readonly Dictionary<string, Func<RuleReader, XElement, int, ApplicabilityRule>> Known = Build();

    private int _count;

    internal ApplicabilityRules ReadRules(XElement element) => new()
    {
        IsInstalled = ReadSection(element, "IsInstalled"),
        IsSuperseded = ReadSection(element, "IsSuperseded"),
        IsInstallable = ReadSection(element, "IsInstallable"),
        Metadata = Child(element, "Metadata") is { } metadata ? MetadataReader.Read(metadata) : RuleMetadata.None,
    };

    /// <summary>Counts the elements below the ApplicabilityRules element that the cursor stands on, and leaves it on its end.</summary>
    internal static void PassOver(DocumentCursor cursor)
    {
        // Below the element stand the sections, and below these the rules, the outermost of which has depth 1.
        var sections = cursor.Reader.Depth + 1;
        var deepest = sections + MaximumDepth;
        var elements = 0;
        var isMetadata = false;
        cursor.Skip(reader =>
        {
            if (reader.Depth == sections) isMetadata = reader.LocalName == "Metadata";
            // The manifest of a package is metadata, no rules, and long.
            if (isMetadata) return;
            if (reader.Depth > deepest) throw TooDeep();
            if (++elements > MaximumRules) throw TooMany();
        });
    }

    internal static XElement? Child(XElement element, string name) => element.Elements().FirstOrDefault(child => LocalName(child) == name);

    /// <summary>The name without the prefixes that core fragments write into it (`b.`, `m.`, `d.`).</summary>
    internal static string LocalName(XElement element)
    {
        var name = element.Name.LocalName;
        return name.Length > 2 && name[1] == '.' && name[0] is 'b' or 'm' or 'd' ? name[2..] : name;
    }

    private ApplicabilityRule? ReadSection(XElement element, string name)
    {
        if (Child(element, name) is not { } section) return null;
        var rules = section.Elements().ToArray();
        return rules.Length == 1 ? ReadRule(rules[0], depth: 1) : new UnknownRule(name, $"it holds {rules.Length} rules instead of one");
    }

    private ApplicabilityRule ReadRule(XElement element, int depth)
    {
        if (depth > MaximumDepth) throw TooDeep();
        if (++_count > MaximumRules) throw TooMany();

        var name = LocalName(element);
        var space = element.Name.NamespaceName;
        var isOurs = space.Length == 0 || space.StartsWith(MicrosoftNamespaces, StringComparison.Ordinal);
        if (!isOurs || !Known.TryGetValue(name, out var read)) return new UnknownRule(name, "this agent does not know the rule");
        try
        {
            return read(this, element, depth);
        }
        catch (RuleFormatException exception)
        {
            return new UnknownRule(name, exception.Message);
        }
    }

    private static IntegrityException TooDeep() => new($"The applicability rules are nested more than {MaximumDepth} deep. The document is not to be trusted.");

    private static IntegrityException TooMany() => new($"There are more than {MaximumRules} applicability rules. The document is not to be trusted.");

    private ApplicabilityRule[] ReadOperands(XElement element, int depth)
    {
        var operands = element.Elements().Select(child => ReadRule(child, depth + 1)).ToArray();
        return operands.Length > 0 ? operands : throw new RuleFormatException("it has no operands");
    }

    private ApplicabilityRule ReadOperand(XElement element, int depth)
    {
        var operands = ReadOperands(element, depth);
        return operands.Length == 1 ? operands[0] : throw new RuleFormatException($"it has {operands.Length} operands instead of one");
    }

    private static Dictionary<string, Func<RuleReader, XElement, int, ApplicabilityRule>> Build()
    {
        var known = new Dictionary<string, Func<RuleReader, XElement, int, ApplicabilityRule>>(StringComparer.Ordinal)
        {
            ["True"] = (_, _, _) => new ConstantRule(value: true),
            ["False"] = (_, _, _) => new ConstantRule(value: false),
            ["And"] = (reader, element, depth) => new AndRule(reader.ReadOperands(element, depth)),
            ["Or"] = (reader, element, depth) => new OrRule(reader.ReadOperands(element, depth)),
            ["Not"] = (reader, element, depth) => new NotRule(reader.ReadOperand(element, depth)),
            ["RegKeyLoop"] = (reader, element, depth) =>
            {
                var attributes = new RuleAttributes(element);
                return new RegKeyLoopRule(attributes.Key(), attributes.Word<LoopLogic>("TrueIf"), reader.ReadOperand(element, depth));
            },
        };
        AddSystem();
        AddFiles();
        AddRegistry();
        AddMsi();
        AddCbsAndDrivers();
        return known;

        void Add(string name, Func<RuleAttributes, ApplicabilityRule> read) => known.Add(name, (_, element, _) => read(new RuleAttributes(element)));

        void AddSystem()
        {
            Add("Platform", a => new PlatformRule(a.Required("PlatformID")));
            Add("WindowsVersion", a => new WindowsVersionRule("WindowsVersion", Version(a)));
            Add("PlatformVersion", a => new WindowsVersionRule("PlatformVersion", Version(a)));
            Add("WindowsLanguage", a => new LanguageRule("WindowsLanguage", a.Required("Language")));
            Add("PlatformLanguage", a => new LanguageRule("PlatformLanguage", a.Required("Language")));
            Add("MuiInstalled", _ => new MuiInstalledRule());
            Add("MuiLanguageInstalled", a => new MuiLanguageInstalledRule(a.Required("Language")));
            Add("SystemMetric", a => new SystemMetricRule(a.Int32("Index"), a.Word<ScalarComparison>("Comparison"), a.Int32("Value")));
            Add("Processor", a => new ProcessorRule(a.UInt16("Architecture"), a.OptionalUInt16("Level"), a.OptionalUInt16("Revision")));
            Add("NumberOfProcessors", a => new NumberOfProcessorsRule(a.Word<ScalarComparison>("Comparison"), a.UInt32("Number")));
            Add("ClusteredOS", _ => new ClusteredOSRule());
            Add("ClusterResourceOwner", a => new ClusterResourceOwnerRule(a.Key(), a.Optional("Value") ?? "", a.Optional("Prefix") ?? "", a.Optional("Suffix") ?? ""));
            Add("LicenseValueExists", a => new LicenseValueExistsRule(a.Required("Value")));
            Add("LicenseDword", a => new LicenseDwordRule(a.Required("Value"), a.Word<ScalarComparison>("Comparison"), a.Dword("Data")));
            Add("WmiQuery", a => new WmiQueryRule(a.Optional("Namespace") ?? FactSet.DefaultWmiNamespace, a.Required("WqlQuery")));
            Add("InstalledOnce", _ => new InstalledOnceRule());
            Add("GenericQuery", a => new GenericQueryRule(
                a.Required("Namespace"), a.Required("Type"), a.Required("Parameter"), a.OptionalWord<ScalarComparison>("Comparison"), a.Optional("Value")));
            Add("DeviceAttribute", a => new DeviceAttributeRule(
                a.Required("Name"), a.OptionalWord<ScalarComparison>("Comparison") ?? ScalarComparison.EqualTo, a.Required("Value")));
            Add("ProductReleaseInstalled", a => new ProductReleaseRule(
                "ProductReleaseInstalled", a.Required("Name"), ScalarComparison.GreaterThanOrEqualTo, a.Version("Version")));
            Add("ProductReleaseVersion", a => new ProductReleaseRule(
                "ProductReleaseVersion", a.Required("Name"), a.Word<ScalarComparison>("Comparison"), a.Version("Version")));
        }

        static VersionWanted Version(RuleAttributes a) => new(
            a.OptionalWord<ScalarComparison>("Comparison") ?? ScalarComparison.EqualTo,
            a.OptionalUInt32("MajorVersion"), a.OptionalUInt32("MinorVersion"), a.OptionalUInt32("BuildNumber"),
            (uint?)a.OptionalUInt16("ServicePackMajor"), (uint?)a.OptionalUInt16("ServicePackMinor"),
            a.Flag("AllSuitesMustBePresent"), (uint?)a.OptionalUInt16("SuiteMask"), (uint?)a.OptionalUInt16("ProductType"));

        void AddFiles()
        {
            foreach (var suffix in (string[])["", "PrependRegSz"])
            {
                var below = suffix.Length > 0;
                Add($"FileExists{suffix}", a => new FileExistsRule($"FileExists{suffix}", a.File(below), new FileFacts
                {
                    Version = a.OptionalVersion("Version"),
                    Size = a.OptionalSize("Size"),
                    Created = a.OptionalDate("Created"),
                    Modified = a.OptionalDate("Modified"),
                    Language = a.OptionalUInt16("Language"),
                }));
                Add($"FileVersion{suffix}", a => new FileVersionRule(
                    $"FileVersion{suffix}", a.File(below), a.Word<ScalarComparison>("Comparison"), a.Version("Version")));
                Add($"FileSize{suffix}", a => new FileSizeRule(
                    $"FileSize{suffix}", a.File(below), a.Word<ScalarComparison>("Comparison"), a.Size("Size")));
                Add($"FileCreated{suffix}", a => Date($"FileCreated{suffix}", a, below, "Created"));
                Add($"FileModified{suffix}", a => Date($"FileModified{suffix}", a, below, "Modified"));
            }
        }

        static FileDateRule Date(string name, RuleAttributes a, bool below, string attribute) => new(
            name, a.File(below), a.Word<ScalarComparison>("Comparison"),
            a.Date(attribute), isCreated: attribute == "Created");

        void AddRegistry()
        {
            Add("RegKeyExists", a => new RegKeyExistsRule(a.Key()));
            Add("RegValueExists", a => new RegValueExistsRule(a.Key(), a.Optional("Value") ?? "", ValueType(a)));
            Add("RegDword", a => new RegDwordRule(a.Key(), a.Optional("Value") ?? "", a.Word<ScalarComparison>("Comparison"), a.Dword("Data")));
            Add("RegSz", a => Text("RegSz", a, RegistryValue.StringType, a.Word<TextComparison>("Comparison")));
            Add("RegExpandSz", a => Text("RegExpandSz", a, RegistryValue.ExpandStringType, a.Word<TextComparison>("Comparison")));
            Add("WUv4RegKeyValue", a => Text("WUv4RegKeyValue", a, RegistryValue.StringType, TextComparison.EqualTo));
            Add("WUv4RegKeySubstring", a => Text("WUv4RegKeySubstring", a, RegistryValue.StringType, TextComparison.Contains));
            Add("RegSzToVersion", a => new RegSzToVersionRule(
                a.Key(), a.Optional("Value") ?? "", a.Word<ScalarComparison>("Comparison"), a.Version("Data")));
        }

        // The default value of a key is always a REG_SZ, says the schema.
        static string? ValueType(RuleAttributes a)
        {
            if (a.Optional("Type") is not { } text) return null;
            var type = text.Trim().ToUpperInvariant();
            if (!RegistryValue.Types.Contains(type)) throw new RuleFormatException($"Type=\"{text}\" is not a type of the registry");
            return type == RegistryValue.StringType || a.Optional("Value") is not null
                ? type
                : throw new RuleFormatException($"Type=\"{text}\" is asked of a default value, which is always a REG_SZ");
        }

        static RegTextRule Text(string name, RuleAttributes a, string type, TextComparison comparison)
            => new(name, a.Key(), a.Optional("Value") ?? "", type, comparison, a.Required("Data"));

        void AddMsi()
        {
            Add("MsiProductInstalled", a => new MsiProductInstalledRule(a.Guid("ProductCode"), a.Bounds()));
            Add("MsiPatchInstalledForProduct", a => new MsiPatchInstalledForProductRule(a.Guid("PatchCode"), a.Guid("ProductCode"), a.Bounds()));
            known.Add("MsiFeatureInstalledForProduct", (_, element, _) => new MsiPartsInstalledRule<string>(
                "MsiFeatureInstalledForProduct", Texts(element, "Feature"), new RuleAttributes(element).Flag("AllFeaturesRequired"),
                Guids(element, "Product"), new RuleAttributes(element).Flag("AllProductsRequired"), product => product.Features));
            known.Add("MsiComponentInstalledForProduct", (_, element, _) => new MsiPartsInstalledRule<Guid>(
                "MsiComponentInstalledForProduct", Guids(element, "Component"), new RuleAttributes(element).Flag("AllComponentsRequired"),
                Guids(element, "Product"), new RuleAttributes(element).Flag("AllProductsRequired"), product => product.Components));
            Add("MsiPatchInstalled", _ => new MsiPatchRule("MsiPatchInstalled", PatchStanding.Applied));
            Add("MsiPatchSuperseded", _ => new MsiPatchRule("MsiPatchSuperseded", PatchStanding.Superseded));
            Add("MsiPatchInstallable", _ => new MsiPatchRule("MsiPatchInstallable", PatchStanding.Installable));
            Add("MsiApplicationInstalled", _ => new MsiApplicationInstalledRule());
            Add("MsiApplicationSuperseded", _ => new MsiApplicationSupersededRule());
            Add("MsiApplicationInstallable", _ => new MsiApplicationInstallableRule());
        }

        static string[] Texts(XElement element, string name)
        {
            var texts = element.Elements().Where(child => LocalName(child) == name).Select(child => child.Value.Trim()).ToArray();
            return texts.Length > 0 ? texts : throw new RuleFormatException($"the element {name} is missing");
        }

        static Guid[] Guids(XElement element, string name) => [.. Texts(element, name)
            .Select(text => Guid.TryParse(text, out var id) ? id : throw new RuleFormatException($"{name} '{text}' is not a GUID"))];

        void AddCbsAndDrivers()
        {
            Add("CbsPackageInstalled", _ => new CbsPackageInstalledRule("CbsPackageInstalled", identity: null));
            Add("CbsPackageInstalledByIdentity", a => new CbsPackageInstalledRule("CbsPackageInstalledByIdentity", a.Required("PackageIdentity")));
            Add("CbsPackageInstallable", _ => new CbsPackageInstallableRule());
            Add("WindowsDriverInstalled", _ => new DriverRule("WindowsDriverInstalled", DriverStanding.Equal));
            Add("WindowsDriverSuperseded", _ => new DriverRule("WindowsDriverSuperseded", DriverStanding.Worse));
            Add("WindowsDriverInstallable", _ => new DriverRule("WindowsDriverInstallable", DriverStanding.Better));
        }
    }
}
