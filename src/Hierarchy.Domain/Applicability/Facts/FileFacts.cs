namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>A file that is there. What is null is not known, except the version: a file may have none.</summary>
public sealed record FileFacts
{
    /// <summary>The fixed file version (VS_FIXEDFILEINFO); null when it has none.</summary>
    public FourPartVersion? Version { get; init; }

    /// <summary>Why nobody knows whether it has a version, and which; null where that is known.</summary>
    public string? VersionProblem { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it was last written, UTC.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Language number of its version resource.</summary>
    public int? Language { get; init; }
}
