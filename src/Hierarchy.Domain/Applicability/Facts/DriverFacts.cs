namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>An installed driver.</summary>
/// <param name="HardwareId">The id of the device that it was chosen for.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Date">DriverVer date.</param>
/// <param name="Version">DriverVer version.</param>
public sealed record DriverFacts(string HardwareId, string Provider, DateOnly Date, FourPartVersion Version);
