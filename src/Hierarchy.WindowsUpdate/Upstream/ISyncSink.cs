using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// Where a synchronization puts what it fetches: the root's catalog. One synchronization at a time calls it, one call at a time. What a
/// call was given is durable when it returns; a synchronization that dies then goes on behind it.
/// </summary>
public interface ISyncSink
{
    /// <summary>Hears what the upstream says of itself, e.g. its languages.</summary>
    ValueTask TakeConfigAsync(UpstreamConfig config, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Those of the ids that are stored already; they are not fetched again.</summary>
    ValueTask<IReadOnlySet<RevisionId>> FindKnownAsync(IReadOnlyCollection<RevisionId> ids, CancellationToken cancellationToken);

    /// <summary>The latest revision of every category that is stored, those of this synchronization included.</summary>
    ValueTask<IReadOnlyCollection<UpdateRevision>> GetCategoriesAsync(CancellationToken cancellationToken);

    /// <summary>What stored revisions name and what is not stored; <see cref="CatalogGaps"/> keeps count of it.</summary>
    ValueTask<CatalogGaps> FindGapsAsync(CancellationToken cancellationToken);

    /// <summary>Stores revisions, at most 300. One that is stored already is left as it is.</summary>
    ValueTask StoreAsync(IReadOnlyList<SyncedRevision> revisions, CancellationToken cancellationToken);

    /// <summary>Stored revisions whose keys are wanting: the upstream gave none, or what opens them was lost.</summary>
    ValueTask<IReadOnlyCollection<RevisionId>> FindKeylessAsync(CancellationToken cancellationToken);

    /// <summary>Stores the keys of revisions that are stored already.</summary>
    ValueTask StoreKeysAsync(IReadOnlyDictionary<RevisionId, IReadOnlyList<FileDecryptionKey>> keys, CancellationToken cancellationToken);

    /// <summary>Documents in quarantine that an older version of this program put there: a newer one may understand them.</summary>
    ValueTask<IReadOnlyCollection<RevisionId>> FindMisunderstoodAsync(CancellationToken cancellationToken);

    /// <summary>All of them were tried again; what is in quarantine now, this version does not understand.</summary>
    ValueTask TriedAgainAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a document apart, with its reason. One that is kept already is replaced.</summary>
    ValueTask QuarantineAsync(QuarantinedDocument document, CancellationToken cancellationToken);

    /// <summary>Keeps the anchors; called only when everything that they stand for is stored.</summary>
    ValueTask SaveAnchorsAsync(SyncAnchors anchors, CancellationToken cancellationToken);
}
