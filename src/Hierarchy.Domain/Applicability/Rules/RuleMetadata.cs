namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>The Metadata element beside the rules: what MSI, CBS and driver rules without attributes refer to.</summary>
internal sealed record RuleMetadata
{
    internal static RuleMetadata None { get; } = new();

    internal MsiPatchMetadata? MsiPatch { get; init; }

    internal MsiApplicationMetadata? MsiApplication { get; init; }

    /// <summary>`name~token~architecture~language~version`; null when the document names no package.</summary>
    internal string? CbsPackage { get; init; }

    internal IReadOnlyList<DriverMetadata> Drivers { get; init; } = [];
}

/// <summary>msiar:MsiPatchMetadata with the patch applicability blob of Windows Installer.</summary>
internal sealed record MsiPatchMetadata(
    Guid PatchCode, Guid? FallbackPatchCode, IReadOnlyList<MsiPatchTarget> Targets, IReadOnlyList<Guid> TargetProductCodes,
    IReadOnlyList<MsiPatchSequence> Sequences);

/// <summary>TargetProduct of a patch. What is null is not validated.</summary>
internal sealed record MsiPatchTarget(Guid? ProductCode, MsiVersionFilter? Version, int? Language, Guid? UpgradeCode);

/// <summary>TargetVersion: how the installed version compares with it, and how many of its parts count.</summary>
internal sealed record MsiVersionFilter(FourPartVersion Version, ScalarComparison Comparison, int Parts);

/// <summary>SequenceData of a patch: its place in a family, for one product where it names one.</summary>
internal sealed record MsiPatchSequence(string Family, Guid? ProductCode, FourPartVersion Sequence);

internal sealed record MsiApplicationMetadata(Guid ProductCode, FourPartVersion? Version, string? RecacheReinstall);

internal sealed record DriverMetadata(
    string HardwareId, DateOnly Date, FourPartVersion Version, string Class, string Provider, IReadOnlyList<string> CompatibleProviders);
