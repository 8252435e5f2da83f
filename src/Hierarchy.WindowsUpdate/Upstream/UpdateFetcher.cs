using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// Fetches and understands the documents of a batch of ids. One id that the upstream does not know, or one answer that cannot be read,
/// fails a whole call: then the batch is halved until the culprits are alone, and only they are quarantined.
/// </summary>
internal sealed class UpdateFetcher(UpstreamClient client)
{
    /// <summary>So many culprits in a batch and not one good document: it is not the documents, it is the server. So are all of a first batch.</summary>
    private const int HopelessAfter = 8;

    private volatile bool _hasSucceeded;
    private volatile object? _good;

    /// <summary>Names a revision that the upstream has given before: when it gives nothing else any more, this one tells whose fault it is.</summary>
    public void Trust(RevisionId id) => _good ??= id;

    public async Task<FetchedBatch> FetchAsync(IReadOnlyList<RevisionId> ids, CancellationToken cancellationToken)
    {
        var batch = new FetchedBatch(ids.Count, [], []);
        await FetchAsync(ids, batch, cancellationToken);
        return batch;
    }

    private async Task FetchAsync(IReadOnlyList<RevisionId> ids, FetchedBatch batch, CancellationToken cancellationToken)
    {
        IReadOnlyList<UpstreamUpdate> answer;
        try
        {
            answer = await GetAsync(ids, cancellationToken);
        }
        catch (Exception exception) when (MayBeOneOfThem(exception))
        {
            if (ids.Count > 1)
            {
                var half = ids.Count / 2;
                await FetchAsync([.. ids.Take(half)], batch, cancellationToken);
                await FetchAsync([.. ids.Skip(half)], batch, cancellationToken);
                return;
            }

            // A server or a proxy that fails at everything must not empty a whole catalog into the quarantine.
            var failures = batch.Quarantined.Count + 1;
            var isSuspicious = batch.Revisions.Count == 0 && (failures >= HopelessAfter || (failures == batch.Asked && failures > 1 && !_hasSucceeded));
            if (isSuspicious && !batch.IsUpstreamCleared && !(batch.IsUpstreamCleared = await IsStillGivingAsync(cancellationToken))) throw;
            await client.GetConfigDataAsync(anchor: null, cancellationToken);
            batch.Quarantined.Add(new QuarantinedDocument(ids[0], exception.Message, default));
            return;
        }

        _hasSucceeded = true;
        if (answer.Count > 0) Trust(answer[0].Id);
        Understand(ids, answer, batch);
    }

    /// <summary>Servers fail at random, too: one id alone is asked for twice before it counts as the culprit.</summary>
    private async Task<IReadOnlyList<UpstreamUpdate>> GetAsync(IReadOnlyList<RevisionId> ids, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetUpdateDataAsync(ids, cancellationToken);
        }
        catch (Exception exception) when (ids.Count == 1 && MayBeOneOfThem(exception))
        {
            return await client.GetUpdateDataAsync(ids, cancellationToken);
        }
    }

    private async Task<bool> IsStillGivingAsync(CancellationToken cancellationToken)
    {
        if (_good is not RevisionId good) return false;
        try
        {
            return (await client.GetUpdateDataAsync([good], cancellationToken)).Count > 0;
        }
        catch (Exception exception) when (MayBeOneOfThem(exception))
        {
            return false;
        }
    }

    private static void Understand(IReadOnlyList<RevisionId> ids, IReadOnlyList<UpstreamUpdate> answer, FetchedBatch batch)
    {
        var given = new Dictionary<RevisionId, UpstreamUpdate>(answer.Count);
        foreach (var update in answer) given.TryAdd(update.Id, update);
        foreach (var id in ids)
        {
            if (!given.TryGetValue(id, out var update))
                batch.Quarantined.Add(new QuarantinedDocument(id, $"The upstream lists {id} and gives no document for it.", default));
            else if (update.Xml is null)
                batch.Quarantined.Add(new QuarantinedDocument(id, update.Damage ?? "The upstream gave no document.", update.Encoded));
            else
                Understand(id, update.Xml, update.Locations, batch);
        }
    }

    private static void Understand(RevisionId id, string xml, IReadOnlyList<FileLocation> locations, FetchedBatch batch)
    {
        try
        {
            var revision = UpdateDocument.ReadWithoutRules(xml);
            if (revision.Id != id) throw new IntegrityException($"The upstream names the document {id}; the document names itself {revision.Id}.");
            batch.Revisions.Add(new SyncedRevision(revision, xml, locations));
        }
        catch (IntegrityException exception)
        {
            batch.Quarantined.Add(new QuarantinedDocument(id, exception.Message, Encoding.UTF8.GetBytes(xml)));
        }
    }

    private static bool MayBeOneOfThem(Exception exception) =>
        exception is IntegrityException
        || (exception is UpstreamFaultException { Fault.Error: UpstreamError.InternalServerError or UpstreamError.InvalidParameters or UpstreamError.Unknown });
}
