using System.Globalization;
using System.Xml.Linq;
using Hierarchy.Domain.Applicability;

namespace Hierarchy.Domain.Catalog;

/// <summary>
/// The devices of a driver, which stand in the metadata of its applicability rules. A device without a hardware id matches nothing and is left out;
/// a date, version or score without meaning is absent: the rules that need it say so, and the driver applies to nobody.
/// </summary>
internal static class DriversReader
{
    private const string Prefix = "d.";

    public static IReadOnlyList<DriverDevice> Read(XElement rules)
    {
        List<DriverDevice>? devices = null;
        foreach (var section in rules.Elements())
        {
            if (section.Name.LocalName != "Metadata") continue;
            foreach (var element in section.Elements())
            {
                if (!IsNamed(element, "WindowsDriverMetaData") || Text(element, "HardwareID") is not { Length: > 0 } hardware) continue;
                (devices ??= []).Add(ReadDevice(element, hardware));
            }
        }

        return devices ?? (IReadOnlyList<DriverDevice>)[];
    }

    private static DriverDevice ReadDevice(XElement element, string hardware)
    {
        List<string>? providers = null;
        List<DriverFeatureScore>? scores = null;
        List<Guid>? targets = null, distribution = null;
        foreach (var child in element.Elements())
        {
            if (IsNamed(child, "CompatibleProvider")) (providers ??= []).Add(child.Value.Trim());
            else if (IsNamed(child, "FeatureScore")) AddScore(child, ref scores);
            else if (IsNamed(child, "TargetComputerHardwareId")) AddComputer(child, ref targets);
            else if (IsNamed(child, "DistributionComputerHardwareId")) AddComputer(child, ref distribution);
        }

        return new DriverDevice
        {
            HardwareId = hardware,
            Date = DateOnly.TryParse(Text(element, "DriverVerDate"), CultureInfo.InvariantCulture, out var date) ? date : null,
            Version = FourPartVersion.TryParse(Text(element, "DriverVerVersion"), out var version) ? version : null,
            WhqlId = Text(element, "WhqlDriverID"),
            Class = Text(element, "Class"),
            Company = Text(element, "Company"),
            Provider = Text(element, "Provider"),
            Manufacturer = Text(element, "Manufacturer"),
            Model = Text(element, "Model"),
            CompatibleProviders = providers ?? (IReadOnlyList<string>)[],
            FeatureScores = scores ?? (IReadOnlyList<DriverFeatureScore>)[],
            TargetComputers = targets ?? (IReadOnlyList<Guid>)[],
            DistributionComputers = distribution ?? (IReadOnlyList<Guid>)[],
        };
    }

    private static void AddScore(XElement element, ref List<DriverFeatureScore>? scores)
    {
        // Hexadecimal, as INF files write it.
        if (byte.TryParse(Text(element, "FeatureScore"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var score))
            (scores ??= []).Add(new DriverFeatureScore(Text(element, "OperatingSystem"), score));
    }

    private static void AddComputer(XElement element, ref List<Guid>? computers)
    {
        if (Guid.TryParse(element.Value.AsSpan().Trim(), out var id)) (computers ??= []).Add(id);
    }

    /// <summary>By local name, with or without the prefix that core fragments write into it.</summary>
    private static bool IsNamed(XElement element, string name)
    {
        var local = element.Name.LocalName.AsSpan();
        if (local.StartsWith(Prefix, StringComparison.Ordinal)) local = local[Prefix.Length..];
        return local.SequenceEqual(name);
    }

    private static string Text(XElement element, string attribute) => element.Attribute(attribute)?.Value.Trim() ?? "";
}
