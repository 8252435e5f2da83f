using System.Collections.Immutable;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.View;

/// <summary>All that a server knows of one update. Immutable.</summary>
public sealed record UpdateEntry
{
    /// <summary>The update.</summary>
    public required Guid UpdateId { get; init; }

    /// <summary>Its revisions, ascending; empty when only a decision about it is known.</summary>
    public IReadOnlyList<CatalogEntry> Revisions { get; init; } = [];

    /// <summary>Approvals for any group.</summary>
    public IReadOnlyList<Approval> Approvals { get; init; } = [];

    /// <summary>Neither offered nor evaluated.</summary>
    public bool IsDeclined { get; init; }

    /// <summary>The newest sequence of anything that decides about it; with an overlay, of the tree's log alone.</summary>
    public long ChangedAt { get; init; }

    /// <summary>Approvals that do not count for the latest revision; see <see cref="RevisionFor"/>.</summary>
    public ImmutableArray<HeldApproval> Held { get; init; } = [];

    /// <summary>The highest revision; null when there is none.</summary>
    public CatalogEntry? Latest => Revisions.Count == 0 ? null : Revisions[^1];

    /// <summary>True when clients learn of it: the latest revision is there, not declined and not withdrawn.</summary>
    public bool IsLive => Latest is { PublicationState: PublicationState.Published } && !IsDeclined;

    /// <summary>The revision that one of its approvals counts for: the latest one as a rule; null where none may be installed.</summary>
    public CatalogEntry? RevisionFor(Approval approval)
    {
        foreach (var held in Held)
            if (held.GroupId == approval.GroupId)
                return held.Entry;
        return Latest;
    }

    /// <summary>The revision of that number; null when it is not there.</summary>
    public CatalogEntry? Find(int revisionNumber)
    {
        foreach (var revision in Revisions)
            if (revision.Id.RevisionNumber == revisionNumber)
                return revision;
        return null;
    }
}
