using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What a complete synchronization did.</summary>
public sealed record SyncResult
{
    /// <summary>Revisions that the upstream listed.</summary>
    public required int Listed { get; init; }

    /// <summary>Of those, revisions that were stored before.</summary>
    public required int AlreadyKnown { get; init; }

    /// <summary>Revisions stored, bundled ones included.</summary>
    public required int Stored { get; init; }

    /// <summary>Of those stored, revisions that the publisher has withdrawn.</summary>
    public required int Expired { get; init; }

    /// <summary>Revisions put into quarantine.</summary>
    public required int Quarantined { get; init; }

    /// <summary>Bytes received, after decompression.</summary>
    public required long Bytes { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Updates that stored revisions name as prerequisites and that nobody has.</summary>
    public required IReadOnlyList<Guid> MissingPrerequisites { get; init; }

    /// <summary>Bundled revisions that the upstream did not give.</summary>
    public required IReadOnlyList<RevisionId> MissingBundled { get; init; }

    /// <summary>For the next synchronization; already saved.</summary>
    public required SyncAnchors Anchors { get; init; }

    /// <summary>Updates that were to be fetched by id and that the upstream does not know.</summary>
    public IReadOnlyList<Guid> NotFound { get; init; } = [];
}
