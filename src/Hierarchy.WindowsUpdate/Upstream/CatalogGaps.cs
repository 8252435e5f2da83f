using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Counts what revisions name and what is not among them. Revisions are added in any order; not safe for several threads.</summary>
public sealed class CatalogGaps
{
    private readonly HashSet<RevisionId> _revisions = [];
    private readonly HashSet<Guid> _updates = [];
    private readonly HashSet<RevisionId> _children = [];
    private readonly HashSet<Guid> _prerequisites = [];
    private readonly HashSet<RevisionId> _quarantined = [];

    /// <summary>Bundled revisions that are named, not there and not in quarantine, in the order of their ids: what a filter by product misses.</summary>
    public IReadOnlyList<RevisionId> BundledRevisions =>
        [.. _children.Where(child => !_revisions.Contains(child) && !_quarantined.Contains(child)).OrderBy(child => child.UpdateId).ThenBy(child => child.RevisionNumber)];

    /// <summary>Updates that are named as prerequisites and of which no revision is there. They are accepted: what names them is not installable.</summary>
    public IReadOnlyList<Guid> Prerequisites => [.. _prerequisites.Where(update => !_updates.Contains(update)).Order()];

    /// <summary>Notes that a revision is in quarantine, so that it is not asked for at every synchronization.</summary>
    public void AddQuarantined(RevisionId id) => _quarantined.Add(id);

    /// <summary>Takes a revision into account.</summary>
    public void Add(UpdateRevision revision)
    {
        _revisions.Add(revision.Id);
        _updates.Add(revision.Id.UpdateId);
        foreach (var group in revision.BundledUpdates) _children.UnionWith(group.AnyOf);
        foreach (var clause in revision.Prerequisites) _prerequisites.UnionWith(clause.AnyOf);
    }
}
