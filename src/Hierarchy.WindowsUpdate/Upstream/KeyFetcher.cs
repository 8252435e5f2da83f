using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Microsoft.Extensions.Logging;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// Fetches the keys of encrypted files ([MS-WSUSSS] 3.2.4.2, 3.1.4.18). An update without its keys is worth storing, so a refusal costs only
/// the keys: one unknown id is found by halving, and an upstream that refuses at everything is not asked again in this synchronization.
/// </summary>
internal sealed partial class KeyFetcher(UpstreamClient client, ILogger logger)
{
    private const string Fragment = "FileDecryption";
    private const int HopelessAfter = 8;

    private int _refusals;
    private volatile bool _hasSucceeded;

    /// <summary>A document says it by a SecuredFragment `FileDecryption` or by a file with `IsEncrypted`; either is enough.</summary>
    public static bool IsMarked(UpdateRevision revision) =>
        revision.SecuredFragments.Any(fragment => fragment.Equals(Fragment, StringComparison.OrdinalIgnoreCase)) || revision.Files.Any(file => file.IsEncrypted);

    /// <summary>The same revisions, with the keys of those that are marked.</summary>
    public async Task AddKeysAsync(List<SyncedRevision> revisions, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var marked = revisions.Where(revision => IsMarked(revision.Revision)).Select(revision => revision.Revision.Id).ToList();
        if (marked.Count == 0) return;
        var found = await FetchAsync(marked, config, cancellationToken);
        for (var i = 0; i < revisions.Count; i++)
        {
            if (!IsMarked(revisions[i].Revision)) continue;
            var keys = found.GetValueOrDefault(revisions[i].Revision.Id);
            revisions[i] = revisions[i] with { Keys = keys is not null && IsComplete(revisions[i].Revision, keys) ? keys : null };
        }
    }

    /// <summary>The keys of these revisions; those that the upstream does not give are left out.</summary>
    public async Task<Dictionary<RevisionId, IReadOnlyList<FileDecryptionKey>>> FetchAsync(IReadOnlyList<RevisionId> ids, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var found = new Dictionary<RevisionId, IReadOnlyList<FileDecryptionKey>>();
        var most = config.MaxUpdatesPerDecryptionRequest > 0 ? Math.Min(config.MaxUpdatesPerDecryptionRequest, config.MaxUpdatesPerRequest) : config.MaxUpdatesPerRequest;
        foreach (var batch in ids.Chunk(most)) await FetchAsync(batch, found, cancellationToken);
        if (found.Count < ids.Count) Log.Missing(logger, ids.Count - found.Count, ids.First(id => !found.ContainsKey(id)));
        return found;
    }

    private async Task FetchAsync(RevisionId[] ids, Dictionary<RevisionId, IReadOnlyList<FileDecryptionKey>> found, CancellationToken cancellationToken)
    {
        if (!_hasSucceeded && Volatile.Read(ref _refusals) >= HopelessAfter) return;
        try
        {
            foreach (var answer in await client.GetUpdateDecryptionDataAsync(ids, cancellationToken))
            {
                if (ids.Contains(answer.Id)) found[answer.Id] = answer.Keys;
            }

            _hasSucceeded = true;
        }
        catch (Exception exception) when (exception is IntegrityException || (exception is UpstreamFaultException fault && fault.Is(UpstreamReaction.Stop)))
        {
            if (ids.Length == 1)
            {
                Interlocked.Increment(ref _refusals);
                Log.Refused(logger, ids[0], exception.Message);
                return;
            }

            await FetchAsync(ids[..(ids.Length / 2)], found, cancellationToken);
            await FetchAsync(ids[(ids.Length / 2)..], found, cancellationToken);
        }
    }

    private static bool IsComplete(UpdateRevision revision, IReadOnlyList<FileDecryptionKey> keys) =>
        revision.Files.Where(file => file.IsEncrypted).All(file => keys.Any(key => key.File == new Sha1Digest(file.Sha1)));

    private static partial class Log
    {
        [LoggerMessage(3021, LogLevel.Debug, "The upstream gives no decryption keys for {Id}: {Reason}")]
        public static partial void Refused(ILogger logger, RevisionId id, string reason);

        [LoggerMessage(3022, LogLevel.Warning, "The upstream gave no decryption keys for {Count} revisions with encrypted files, e.g. {Id}; they are asked for again at the next synchronization")]
        public static partial void Missing(ILogger logger, int count, RevisionId id);
    }
}
