using Hierarchy.Domain.Applicability;

namespace Hierarchy.Domain.Catalog;

/// <summary>One device that a driver is for (WindowsDriverMetaData). A driver update has one for each hardware id.</summary>
public sealed record DriverDevice
{
    /// <summary>The hardware or compatible id that a device must have, e.g. `USB\VID_8087&amp;PID_0A2B`. Letter case does not matter.</summary>
    public required string HardwareId { get; init; }

    /// <summary>The driver's date; null when the document's has no meaning.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>The driver's version; null when the document's has no meaning.</summary>
    public FourPartVersion? Version { get; init; }

    /// <summary>The number of the submission to WHQL.</summary>
    public string WhqlId { get; init; } = "";

    /// <summary>The class, e.g. `Printers`.</summary>
    public string Class { get; init; } = "";

    /// <summary>Who signed it.</summary>
    public string Company { get; init; } = "";

    /// <summary>Who provides it.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Who made the device.</summary>
    public string Manufacturer { get; init; } = "";

    /// <summary>The device's name.</summary>
    public string Model { get; init; } = "";

    /// <summary>Printers alone: providers whose installed driver it may replace.</summary>
    public IReadOnlyList<string> CompatibleProviders { get; init; } = [];

    /// <summary>How well it fits, by operating system.</summary>
    public IReadOnlyList<DriverFeatureScore> FeatureScores { get; init; } = [];

    /// <summary>Sets of computers that its INF file names (TargetComputerHardwareId); empty for all.</summary>
    public IReadOnlyList<Guid> TargetComputers { get; init; } = [];

    /// <summary>Sets of computers to which the publisher distributes it (DistributionComputerHardwareId); empty for all.</summary>
    public IReadOnlyList<Guid> DistributionComputers { get; init; } = [];
}
