using System.Net;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Groups;

/// <summary>What a server knows of a computer when it decides where it belongs: what the computer says of itself, and the address that the server sees. Empty texts are not known.</summary>
/// <param name="ComputerId">What it calls itself in every report; letter case does not matter.</param>
public sealed record ComputerFacts(string ComputerId)
{
    /// <summary>The longest version, manufacturer or model that is kept of one.</summary>
    public const int MaxText = 256;

    /// <summary>DNS name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Groups that it asks for.</summary>
    public IReadOnlyList<string> Named { get; init; } = [];

    /// <summary>The address that the server sees; null where there is none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Version of its operating system, `10.0.20348.2527`.</summary>
    public string OsVersion { get; init; } = "";

    /// <summary>Who made it.</summary>
    public string Manufacturer { get; init; } = "";

    /// <summary>What its maker calls it.</summary>
    public string Model { get; init; } = "";

    /// <summary>How far its clock is ahead of UTC; null where it did not say.</summary>
    public TimeSpan? UtcOffset { get; init; }

    /// <summary>Those of its last report.</summary>
    public static ComputerFacts Of(ComputerReport report) => new(report.ComputerId)
    {
        Name = report.Name,
        Named = report.Groups,
        Address = IPAddress.TryParse(report.Address, out var address) ? address : null,
        OsVersion = report.OsVersion,
        Manufacturer = report.Manufacturer,
        Model = report.Model,
        UtcOffset = report.UtcOffset,
    };

    /// <summary>As much of a text as is kept.</summary>
    public static string Cut(string text) => text.Length <= MaxText ? text.Trim() : text[..MaxText].Trim();
}
