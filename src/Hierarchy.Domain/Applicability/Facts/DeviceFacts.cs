namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>A device and the driver that it runs with.</summary>
public sealed record DeviceFacts
{
    /// <summary>Hardware ids and then compatible ids, the most specific first.</summary>
    public required IReadOnlyList<string> HardwareIds { get; init; }

    /// <summary>The installed driver; null when the device has none.</summary>
    public DriverFacts? Driver { get; init; }
}
