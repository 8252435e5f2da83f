using Hierarchy.Domain.Office;

namespace Hierarchy.Domain.Reports;

/// <summary>What a computer says of itself. The higher (incarnation, counter) wins, wherever it was received.</summary>
public sealed record ComputerReport
{
    /// <summary>The computer's id: random, kept on the computer.</summary>
    public required string ComputerId { get; init; }

    /// <summary>Rises when the computer is re-imaged or loses its state: seconds since 1970 at the time.</summary>
    public required long Incarnation { get; init; }

    /// <summary>Rises with every report of that incarnation.</summary>
    public required long Counter { get; init; }

    /// <summary>DNS name.</summary>
    public required string Name { get; init; }

    /// <summary>The address that its server saw.</summary>
    public string Address { get; init; } = "";

    /// <summary>Operating system and version, for people.</summary>
    public string OperatingSystem { get; init; } = "";

    /// <summary>Version of the operating system, `10.0.20348.2527`; empty where it is not known.</summary>
    public string OsVersion { get; init; } = "";

    /// <summary>Who made the computer; empty where it is not known.</summary>
    public string Manufacturer { get; init; } = "";

    /// <summary>What its maker calls it; empty where it is not known.</summary>
    public string Model { get; init; } = "";

    /// <summary>How far its clock is ahead of UTC; null where it did not say.</summary>
    public TimeSpan? UtcOffset { get; init; }

    /// <summary>Names of the groups that it asks for.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The server that took the report from the computer.</summary>
    public string ServerId { get; init; } = "";

    /// <summary>When that server took it, UTC.</summary>
    public DateTimeOffset ReportedAt { get; init; }

    /// <summary>What its agent found of Office; null where it has no agent.</summary>
    public OfficeReport? Office { get; init; }
}
