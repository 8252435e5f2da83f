namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What GetDriverIdList asks; each id with true when only what changed since the anchor is wanted.</summary>
public sealed record DriverFilter
{
    /// <summary>The anchor of the first answer of the last time; null for everything.</summary>
    public string? Anchor { get; init; }

    /// <summary>Products; none means whatever the operating system.</summary>
    public IReadOnlyList<(Guid Id, bool IsDelta)> Categories { get; init; } = [];

    /// <summary>Computer hardware ids (hashes of SMBIOS fields); none gives no driver set.</summary>
    public IReadOnlyList<(Guid Id, bool IsDelta)> ComputerIds { get; init; } = [];

    /// <summary>Device hardware ids, e.g. `PCI\VEN_8086&amp;DEV_1234`; none gives no driver.</summary>
    public IReadOnlyList<(string Id, bool IsDelta)> HardwareIds { get; init; } = [];
}
