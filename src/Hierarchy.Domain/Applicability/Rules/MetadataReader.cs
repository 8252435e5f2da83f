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

    // A part that has no meaning makes the whole unknown: a check that is left out would let the patch fit what it does not fit.
    private static MsiPatchMetadata? ReadPatch(XElement element)
    {
        if (RuleReader.Child(element, "MsiPatch") is not { } patch || !Guid.TryParse(patch.Attribute("PatchGUID")?.Value, out var code)) return null;
        var codes = new List<Guid>();
        var targets = new List<MsiPatchTarget>();
        var sequences = new List<MsiPatchSequence>();
        try
        {
            foreach (var child in patch.Elements())
            {
                switch (child.Name.LocalName)
                {
                    case "TargetProductCode":
                        codes.Add(RequireGuid(child));
                        break;
                    case "TargetProduct":
                        targets.Add(ReadTarget(child));
                        break;
                    case "SequenceData":
                        sequences.Add(ReadSequence(child));
                        break;
                }
            }

            foreach (var target in targets)
                if (target.ProductCode is { } product && !codes.Contains(product)) codes.Add(product);
            return new MsiPatchMetadata(code, RuleReader.Child(element, "FallbackPatchCode") is { } fallback ? RequireGuid(fallback) : null, targets, codes, sequences);
        }
        catch (RuleFormatException)
        {
            return null;
        }
    }

    private static MsiPatchTarget ReadTarget(XElement target) => new(
        Validated(target, "TargetProductCode") is { } product ? RequireGuid(product) : null,
        Validated(target, "TargetVersion") is { } version ? ReadVersion(version) : null,
        Validated(target, "TargetLanguage") is { } language ? RequireInt32(language) : null,
        Validated(target, "UpgradeCode") is { } upgrade ? RequireGuid(upgrade) : null);

    private static MsiPatchSequence ReadSequence(XElement data) => new(
        RuleReader.Child(data, "PatchFamily")?.Value.Trim() is { Length: > 0 } family ? family : throw new RuleFormatException("a SequenceData names no PatchFamily"),
        RuleReader.Child(data, "ProductCode") is { } product ? RequireGuid(product) : null,
        FourPartVersion.TryParse(RuleReader.Child(data, "Sequence")?.Value, out var sequence) ? sequence : throw new RuleFormatException("a SequenceData has no Sequence"));

    private static XElement? Validated(XElement target, string name)
        => RuleReader.Child(target, name) is { } element && element.Attribute("Validate")?.Value is "true" or "1" ? RuleReader.Child(target, name) : null;

    /// <summary>Null when the document compares nothing.</summary>
    private static MsiVersionFilter? ReadVersion(XElement element)
    {
        if (!FourPartVersion.TryParse(element.Value, out var version)) throw new RuleFormatException($"TargetVersion '{element.Value}' is not a version");
        ScalarComparison? comparison = element.Attribute("ComparisonType")?.Value switch
        {
            "LessThan" => ScalarComparison.LessThan,
            "LessThanOrEqual" => ScalarComparison.LessThanOrEqualTo,
            "Equal" => ScalarComparison.EqualTo,
            "GreaterThanOrEqual" => ScalarComparison.GreaterThanOrEqualTo,
            "GreaterThan" => ScalarComparison.GreaterThan,
            null or "None" => null,
            var other => throw new RuleFormatException($"ComparisonType '{other}' is not known"),
        };
        var parts = element.Attribute("ComparisonFilter")?.Value switch
        {
            "Major" => 1,
            "MajorMinor" => 2,
            "MajorMinorUpdate" => 3,
            null or "None" => 0,
            var other => throw new RuleFormatException($"ComparisonFilter '{other}' is not known"),
        };
        return comparison is null || parts == 0 ? null : new MsiVersionFilter(version, comparison.Value, parts);
    }

    private static MsiApplicationMetadata? ReadApplication(XElement element)
    {
        if (RuleReader.Child(element, "ProductCode") is not { } product || ReadGuid(product) is not { } code) return null;
        var version = FourPartVersion.TryParse(product.Attribute("Version")?.Value, out var parsed) ? parsed : (FourPartVersion?)null;
        var recache = product.Attribute("UseRecacheReinstall")?.Value;

        // With a word or a version that has no meaning nobody can tell what is put over what.
        var isUnderstood = (recache is null or "Never" or "LowerVersion" or "AnyVersion") && (version is not null || product.Attribute("Version") is null);
        return isUnderstood ? new MsiApplicationMetadata(code, version, recache) : null;
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
        if (Part("HardwareID").Length == 0) return null;
        if (!DateOnly.TryParseExact(Part("DriverVerDate"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return null;
        if (!FourPartVersion.TryParse(Part("DriverVerVersion"), out var version)) return null;
        var compatible = element.Elements().Where(child => RuleReader.LocalName(child) == "CompatibleProvider").Select(child => child.Value.Trim()).ToArray();
        return new DriverMetadata(Part("HardwareID"), date, version, Part("Class"), Part("Provider"), compatible);
    }

    private static Guid RequireGuid(XElement element) => ReadGuid(element) ?? throw new RuleFormatException($"{element.Name.LocalName} '{element.Value}' is not a GUID");

    private static int RequireInt32(XElement element) => int.TryParse(element.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new RuleFormatException($"{element.Name.LocalName} '{element.Value}' is not a number");

    private static Guid? ReadGuid(XElement? element) => Guid.TryParse(element?.Value, out var id) ? id : null;
}
