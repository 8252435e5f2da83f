using System.Globalization;
using System.Xml.Linq;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>Reads the Metadata element. What has no meaning is left out; the rules that need it then say so.</summary>
internal static class MetadataReader
{
    internal static RuleMetadata Read(XElement metadata)
    {
        var result = RuleMetadata.None;
        var drivers = new List<DriverMetadata>();
        foreach (var element in metadata.Elements())
        {
            switch (RuleReader.LocalName(element))
            {
                case "MsiPatchMetadata":
                    result = result with { MsiPatch = ReadPatch(element) };
                    break;
                case "MsiApplicationMetadata":
                    result = result with { MsiApplication = ReadApplication(element) };
                    break;
                case "CbsPackageApplicabilityMetadata":
                    result = result with { CbsPackage = ReadPackage(element) };
                    break;
                case "WindowsDriverMetaData":
                    if (ReadDriver(element) is { } driver) drivers.Add(driver);
                    break;
            }
        }

        return result with { Drivers = drivers };
    }

    private static MsiPatchMetadata? ReadPatch(XElement element)
    {
        if (RuleReader.Child(element, "MsiPatch") is not { } patch || !Guid.TryParse(patch.Attribute("PatchGUID")?.Value, out var code)) return null;
        var codes = new List<Guid>();
        var targets = new List<MsiPatchTarget>();
        var sequences = new List<MsiPatchSequence>();
        foreach (var child in patch.Elements())
        {
            switch (child.Name.LocalName)
            {
                case "TargetProductCode" when Guid.TryParse(child.Value, out var product):
                    codes.Add(product);
                    break;
                case "TargetProduct":
                    targets.Add(ReadTarget(child));
                    break;
                case "SequenceData" when FourPartVersion.TryParse(RuleReader.Child(child, "Sequence")?.Value, out var sequence):
                    sequences.Add(new MsiPatchSequence(RuleReader.Child(child, "PatchFamily")?.Value.Trim() ?? "", sequence));
                    break;
            }
        }

        foreach (var target in targets)
            if (target.ProductCode is { } product && !codes.Contains(product)) codes.Add(product);
        return new MsiPatchMetadata(code, ReadGuid(RuleReader.Child(element, "FallbackPatchCode")), targets, codes, sequences);
    }

    private static MsiPatchTarget ReadTarget(XElement target)
    {
        var language = Validated(target, "TargetLanguage") is { } text && int.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : (int?)null;
        return new MsiPatchTarget(
            ReadGuid(Validated(target, "TargetProductCode")), ReadVersion(Validated(target, "TargetVersion")), language, ReadGuid(Validated(target, "UpgradeCode")));
    }

    private static XElement? Validated(XElement target, string name)
        => RuleReader.Child(target, name) is { } element && element.Attribute("Validate")?.Value is "true" or "1" ? RuleReader.Child(target, name) : null;

    private static MsiVersionFilter? ReadVersion(XElement? element)
    {
        if (!FourPartVersion.TryParse(element?.Value, out var version) || element is null) return null;
        ScalarComparison? comparison = element.Attribute("ComparisonType")?.Value switch
        {
            "LessThan" => ScalarComparison.LessThan,
            "LessThanOrEqual" => ScalarComparison.LessThanOrEqualTo,
            "Equal" => ScalarComparison.EqualTo,
            "GreaterThanOrEqual" => ScalarComparison.GreaterThanOrEqualTo,
            "GreaterThan" => ScalarComparison.GreaterThan,
            _ => null,
        };
        var parts = element.Attribute("ComparisonFilter")?.Value switch { "Major" => 1, "MajorMinor" => 2, "MajorMinorUpdate" => 3, _ => 0 };
        return comparison is null || parts == 0 ? null : new MsiVersionFilter(version, comparison.Value, parts);
    }

    private static MsiApplicationMetadata? ReadApplication(XElement element)
    {
        if (RuleReader.Child(element, "ProductCode") is not { } product || ReadGuid(product) is not { } code) return null;
        var version = FourPartVersion.TryParse(product.Attribute("Version")?.Value, out var parsed) ? parsed : (FourPartVersion?)null;
        return new MsiApplicationMetadata(code, version, product.Attribute("UseRecacheReinstall")?.Value);
    }

    private static string? ReadPackage(XElement element)
    {
        if (RuleReader.Child(element, "assembly") is not { } assembly || RuleReader.Child(assembly, "assemblyIdentity") is not { } identity) return null;
        var language = Part("language");
        if (language is "neutral") language = "";
        return $"{Part("name")}~{Part("publicKeyToken")}~{Part("processorArchitecture")}~{language}~{Part("version")}";

        string Part(string name) => identity.Attribute(name)?.Value ?? "";
    }

    private static DriverMetadata? ReadDriver(XElement element)
    {
        string Part(string name) => element.Attribute(name)?.Value ?? "";
        if (!DateOnly.TryParse(Part("DriverVerDate"), CultureInfo.InvariantCulture, out var date)) return null;
        if (!FourPartVersion.TryParse(Part("DriverVerVersion"), out var version)) return null;
        var compatible = element.Elements().Where(child => RuleReader.LocalName(child) == "CompatibleProvider").Select(child => child.Value.Trim()).ToArray();
        return new DriverMetadata(Part("HardwareID"), date, version, Part("Class"), Part("Provider"), compatible);
    }

    private static Guid? ReadGuid(XElement? element) => Guid.TryParse(element?.Value, out var id) ? id : null;
}
