using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>How the drivers of an update compare with those that a computer runs with.</summary>
internal enum DriverStanding
{
    /// <summary>No device has one of their hardware ids, or none that may be changed.</summary>
    Absent,

    /// <summary>Devices run with something better.</summary>
    Worse,

    /// <summary>A device runs with just this, and none would be better off.</summary>
    Equal,

    /// <summary>A device would be better off.</summary>
    Better,
}

/// <summary>
/// The three rules about the drivers that the metadata describes: a better, an equal or a worse match than what devices run with. A more specific hardware id is better;
/// among equals the later date, then the higher version. One device that would be better off decides, whatever the others run with: the three never hold together.
/// </summary>
internal sealed class DriverRule(string name, DriverStanding wanted) : ApplicabilityRule(name)
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        if (context.Metadata.Drivers.Count == 0) return Cannot("the document has no WindowsDriverMetaData");
        var fact = context.Facts.Devices;
        if (!fact.IsKnown(out var devices)) return Cannot(fact);
        var (standing, found) = (DriverStanding.Absent, default(DeviceFacts));
        foreach (var driver in context.Metadata.Drivers)
        {
            foreach (var match in devices.Find(driver.HardwareId))
            {
                found ??= match.Device;
                var one = Compare(match, driver);
                if (one > standing) (standing, found) = (one, match.Device);
            }
        }

        return Is(standing == wanted, found is null ? "no device has one of its hardware ids" : $"device {found.HardwareIds[0]}");
    }

    private protected override string Describe() => "";

    private static DriverStanding Compare(in DeviceMatch match, DriverMetadata driver)
    {
        if (match.Device.Driver is not { } installed) return DriverStanding.Better;

        // Printer drivers replace only those of the same provider, or of one that they name as compatible.
        if (string.Equals(driver.Class, "Printers", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(driver.Provider, installed.Provider, StringComparison.OrdinalIgnoreCase)
            && !driver.CompatibleProviders.Contains(installed.Provider, StringComparer.OrdinalIgnoreCase))
            return DriverStanding.Absent;

        var sign = RankOf(match.Device, installed.HardwareId).CompareTo(match.Rank);
        if (sign == 0) sign = driver.Date.CompareTo(installed.Date);
        if (sign == 0) sign = driver.Version.CompareTo(installed.Version);
        return sign > 0 ? DriverStanding.Better : sign == 0 ? DriverStanding.Equal : DriverStanding.Worse;
    }

    // A driver that was chosen for an id that the device does not have matches worse than any.
    private static int RankOf(DeviceFacts device, string hardwareId)
    {
        for (var index = 0; index < device.HardwareIds.Count; index++)
            if (string.Equals(device.HardwareIds[index], hardwareId, StringComparison.OrdinalIgnoreCase)) return index;
        return int.MaxValue;
    }
}
