namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>An installed Windows Installer product. Lists that are null were not looked up.</summary>
public sealed record MsiProductFacts
{
    /// <summary>Its version; null when it is not known.</summary>
    public FourPartVersion? Version { get; init; }

    /// <summary>Its language number; null when it is not known.</summary>
    public int? Language { get; init; }

    /// <summary>Its upgrade code.</summary>
    public Guid? UpgradeCode { get; init; }

    /// <summary>Names of the installed features.</summary>
    public IReadOnlySet<string>? Features { get; init; }

    /// <summary>Codes of the installed components.</summary>
    public IReadOnlySet<Guid>? Components { get; init; }

    /// <summary>Patches that are applied.</summary>
    public IReadOnlyList<MsiPatchFacts>? Patches { get; init; }
}
