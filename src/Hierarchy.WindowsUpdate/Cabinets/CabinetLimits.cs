namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>What a cabinet may cost. Both limits hold before anything is decoded.</summary>
public sealed record CabinetLimits
{
    /// <summary>Limits for update documents, whose cabinets hold a few kilobytes to a few megabytes, at most some hundred, at ratios below 100.</summary>
    public static CabinetLimits Default { get; } = new();

    /// <summary>The most bytes that a member, with what precedes it in its folder, may have decoded.</summary>
    public int MaxOutput { get; init; } = 120 * 1024 * 1024;

    /// <summary>The most decoded bytes per encoded byte, beyond <see cref="RatioFloor"/>.</summary>
    public int MaxRatio { get; init; } = 500;

    /// <summary>Decoded bytes up to which the ratio does not matter.</summary>
    public int RatioFloor { get; init; } = 1024 * 1024;
}
