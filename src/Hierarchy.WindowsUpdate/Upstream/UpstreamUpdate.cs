using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>One revision in an answer of GetUpdateData.</summary>
public sealed record UpstreamUpdate
{
    /// <summary>The revision that the server says this is.</summary>
    public required RevisionId Id { get; init; }

    /// <summary>The original document, decoded; null when it could not be.</summary>
    public string? Xml { get; init; }

    /// <summary>Why there is no document; null when there is.</summary>
    public string? Damage { get; init; }

    /// <summary>The cabinet as it came, where it could not be decoded; else empty.</summary>
    public ReadOnlyMemory<byte> Encoded { get; init; }

    /// <summary>Where its files are found.</summary>
    public IReadOnlyList<FileLocation> Locations { get; init; } = [];
}
