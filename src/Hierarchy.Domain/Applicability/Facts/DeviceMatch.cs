namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>A device that has an id.</summary>
/// <param name="Device">The device.</param>
/// <param name="Rank">The place of the id among the device's: 0 is the most specific.</param>
public readonly record struct DeviceMatch(DeviceFacts Device, int Rank);
