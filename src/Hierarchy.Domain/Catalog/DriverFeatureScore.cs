namespace Hierarchy.Domain.Catalog;

/// <summary>How well a driver fits its device on an operating system. Lower is better.</summary>
/// <param name="OperatingSystem">The document's own name, e.g. `amd64.10.0`.</param>
/// <param name="Score">0 to 255.</param>
public readonly record struct DriverFeatureScore(string OperatingSystem, byte Score);
