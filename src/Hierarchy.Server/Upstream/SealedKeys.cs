using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Secrets;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Secrets;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream;

/// <summary>The root's decryption keys on their way into its log: sealed by the tree's secret, and accounted for where they are wanting.</summary>
internal sealed class SealedKeys(IAuthorityLog log, TreeSecretStore secrets, SyncJournal journal)
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 * 1024 * 1024;

    /// <summary>The records of those that have keys, for the transaction of their revisions. Those whose keys are wanting are noted before they are stored, so that none is forgotten.</summary>
    public async ValueTask<Dictionary<RevisionId, Change>> SealAsync(IReadOnlyList<SyncedRevision> revisions, CancellationToken cancellationToken)
    {
        await journal.SaveKeylessAsync(revisions.Where(revision => revision.Keys is null).Select(revision => revision.Revision.Id), [], cancellationToken);
        var keyed = revisions.Where(revision => revision.Keys is { Count: > 0 }).ToList();
        if (keyed.Count == 0) return [];
        var secret = await SecretAsync(cancellationToken);
        return keyed.ToDictionary(revision => revision.Revision.Id, revision => DecryptionKeyRecords.Seal(revision.Revision.Id, revision.Keys!, secret)); // Filtered above.
    }

    /// <summary>Keys that came later than their revisions.</summary>
    public async ValueTask StoreAsync(IReadOnlyList<KeyValuePair<RevisionId, IReadOnlyList<FileDecryptionKey>>> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0) return;
        var secret = await SecretAsync(cancellationToken);
        foreach (var some in keys.Chunk(PageRecords))
        {
            await log.CommitAsync([.. some.Where(entry => entry.Value.Count > 0).Select(entry => DecryptionKeyRecords.Seal(entry.Key, entry.Value, secret))], cancellationToken);
            await journal.SaveKeylessAsync([], some.Select(entry => entry.Key), cancellationToken);
        }
    }

    /// <summary>Revisions whose keys are wanting: those that were noted, and all that a lost secret sealed.</summary>
    public async ValueTask<IReadOnlyCollection<RevisionId>> FindWantingAsync(CancellationToken cancellationToken)
    {
        var sealedBy = await journal.LoadKeySecretAsync(cancellationToken);
        if (sealedBy is not null && secrets.Current?.Is(sealedBy) != true)
            await journal.SaveKeylessAsync(await ListSealedByOthersAsync(cancellationToken), [], cancellationToken);
        return await journal.ListKeylessAsync(cancellationToken);
    }

    /// <summary>Draws the secret when this is the first need of it, and notes which one seals.</summary>
    private async ValueTask<TreeSecret> SecretAsync(CancellationToken cancellationToken)
    {
        var secret = secrets.Need()!; // A root draws one.
        if (await journal.LoadKeySecretAsync(cancellationToken) is not { } noted || !secret.Is(noted)) await journal.SaveKeySecretAsync(secret.Id, cancellationToken);
        return secret;
    }

    private async ValueTask<List<RevisionId>> ListSealedByOthersAsync(CancellationToken cancellationToken)
    {
        var foreign = new List<RevisionId>();
        for (long after = 0; ;)
        {
            var page = await log.ReadPageAsync(after, PageRecords, PageBytes, cancellationToken);
            foreach (var record in page.Records)
            {
                if (record is not { Kind: (int)RecordKind.DecryptionKeys, Payload: { } payload } || !RevisionId.TryFromKey(record.Key.Span, out var id)) continue;
                if (secrets.Current?.Is(DecryptionKeysRecord.Parser.ParseFrom(payload.Span).SecretId.Span) != true) foreign.Add(id);
            }

            if (page.IsLast) return foreign;
            after = page.Through;
        }
    }
}
