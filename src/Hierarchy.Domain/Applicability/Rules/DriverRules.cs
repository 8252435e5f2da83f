using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>
/// The three rules about the driver that the metadata describes: a better, an equal or a worse match than what a device runs with. A more specific hardware id is better;
/// among equals the later date, then the higher version.
/// </summary>
internal sealed class DriverRule(string name, Func<int, bool> wants) : ApplicabilityRule(name)
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        if (context.Metadata.Drivers.Count == 0) return Cannot("the document has no WindowsDriverMetaData");
        var fact = context.Facts.Devices;
        if (!fact.IsKnown(out var devices)) return Cannot(fact);
        var isPresent = false;
        foreach (var device in devices)
        {
            foreach (var driver in context.Metadata.Drivers)
            {
                var rank = Rank(device, driver.HardwareId);
                if (rank < 0) continue;
                isPresent = true;
                if (Match(device, driver, rank) is { } match && wants(match)) return Is(true, $"device {device.HardwareIds[0]}");
            }
        }

        return Is(false, isPresent ? null : "no device has one of its hardware ids");
    }

    private protected override string Describe() => "";

    private static int Rank(DeviceFacts device, string hardwareId)
    {
        for (var index = 0; index < device.HardwareIds.Count; index++)
            if (string.Equals(device.HardwareIds[index], hardwareId, StringComparison.OrdinalIgnoreCase)) return index;
        return -1;
    }

    /// <summary>Positive when the update is better than the installed driver, 0 when it is equal; null when it is no candidate.</summary>
    private static int? Match(DeviceFacts device, DriverMetadata driver, int rank)
    {
        if (device.Driver is not { } installed) return 1;

        // Printer drivers replace only those of the same provider, or of one that they name as compatible.
        if (string.Equals(driver.Class, "Printers", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(driver.Provider, installed.Provider, StringComparison.OrdinalIgnoreCase)
            && !driver.CompatibleProviders.Contains(installed.Provider, StringComparer.OrdinalIgnoreCase))
            return null;

        var installedRank = Rank(device, installed.HardwareId);
        var sign = (installedRank < 0 ? int.MaxValue : installedRank).CompareTo(rank);
        if (sign == 0) sign = driver.Date.CompareTo(installed.Date);
        return sign == 0 ? driver.Version.CompareTo(installed.Version) : sign;
    }
}
