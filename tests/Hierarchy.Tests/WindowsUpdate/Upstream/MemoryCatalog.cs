using System.Security.Cryptography;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>A catalog in memory that can die in the middle of a synchronization.</summary>
internal sealed class MemoryCatalog : ISyncSink
{
    private int _mostRevisions = int.MaxValue;

    public Dictionary<RevisionId, SyncedRevision> Revisions { get; } = [];

    public Dictionary<RevisionId, QuarantinedDocument> Quarantine { get; } = [];

    /// <summary>As if what is in quarantine had been put there by an older program.</summary>
    public bool WasOlder { get; set; }

    public SyncAnchors Anchors { get; private set; } = SyncAnchors.None;

    /// <summary>What was stored, in which order does not matter.</summary>
    public string Digest => Convert.ToHexString(SHA256.HashData([.. Revisions
        .OrderBy(entry => entry.Key.UpdateId).ThenBy(entry => entry.Key.RevisionNumber)
        .SelectMany(entry => entry.Key.ToKey().Concat(UpdateDocument.Digest(entry.Value.Xml)))]));

    /// <summary>Dies at the store that would bring more. How many revisions come at once depends on how fast the answers come, so stores are not counted.</summary>
    public void DieAfter(int revisions) => _mostRevisions = revisions;

    public ValueTask<IReadOnlySet<RevisionId>> FindKnownAsync(IReadOnlyCollection<RevisionId> ids, CancellationToken cancellationToken) =>
        new(ids.Where(Revisions.ContainsKey).ToHashSet());

    public ValueTask<IReadOnlyCollection<UpdateRevision>> GetCategoriesAsync(CancellationToken cancellationToken) =>
        new([.. Revisions.Values.Select(entry => entry.Revision).Where(revision => revision.Type == UpdateType.Category)]);

    public ValueTask<CatalogGaps> FindGapsAsync(CancellationToken cancellationToken)
    {
        var gaps = new CatalogGaps();
        foreach (var entry in Revisions.Values) gaps.Add(entry.Revision);
        foreach (var id in Quarantine.Keys) gaps.AddQuarantined(id);
        return new(gaps);
    }

    public ValueTask StoreAsync(IReadOnlyList<SyncedRevision> revisions, CancellationToken cancellationToken)
    {
        if (Revisions.Count + revisions.Count > _mostRevisions) throw new DeathException();
        foreach (var revision in revisions)
        {
            Revisions.TryAdd(revision.Revision.Id, revision);
            Quarantine.Remove(revision.Revision.Id);
        }

        return default;
    }

    public ValueTask<IReadOnlyCollection<RevisionId>> FindKeylessAsync(CancellationToken cancellationToken) =>
        new([.. Revisions.Where(entry => entry.Value.Keys is null).Select(entry => entry.Key)]);

    public ValueTask StoreKeysAsync(IReadOnlyDictionary<RevisionId, IReadOnlyList<FileDecryptionKey>> keys, CancellationToken cancellationToken)
    {
        foreach (var (id, found) in keys) Revisions[id] = Revisions[id] with { Keys = found };
        return default;
    }

    public ValueTask<IReadOnlyCollection<RevisionId>> FindMisunderstoodAsync(CancellationToken cancellationToken) =>
        new(WasOlder ? [.. Quarantine.Keys] : []);

    public ValueTask TriedAgainAsync(CancellationToken cancellationToken)
    {
        WasOlder = false;
        return default;
    }

    public ValueTask QuarantineAsync(QuarantinedDocument document, CancellationToken cancellationToken)
    {
        Quarantine[document.Id] = document;
        return default;
    }

    public ValueTask SaveAnchorsAsync(SyncAnchors anchors, CancellationToken cancellationToken)
    {
        Anchors = anchors;
        return default;
    }

    public sealed class DeathException : Exception;
}
