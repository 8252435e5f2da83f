using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Microsoft.Extensions.Logging;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// Finds the newest revision of updates of which only the id is known. GetUpdateData wants revision numbers, and the one call that gives them for an id, GetRelatedRevisionsForUpdates, the
/// specification calls unused ([MS-WSUSSS] 3.1.4.9): an upstream that does not answer it is asked for the list of everything instead.
/// </summary>
internal sealed partial class RevisionFinder(UpstreamClient client, ILogger logger)
{
    private Dictionary<Guid, RevisionId>? _everything;
    private bool _answersRelated = true;

    /// <summary>The newest revision of each update that the upstream knows.</summary>
    /// <param name="updates">The ids.</param>
    /// <param name="offered">Categories to name where a list without names is refused.</param>
    /// <param name="config">The upstream's limits.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyDictionary<Guid, RevisionId>> FindAsync(
        IReadOnlyCollection<Guid> updates, IReadOnlyCollection<UpdateRevision> offered, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, RevisionId>();
        if (_answersRelated) await FindRelatedAsync(updates, found, config, cancellationToken);
        if (updates.All(found.ContainsKey)) return found;

        _everything ??= await ListEverythingAsync(offered, cancellationToken);
        foreach (var update in updates)
            if (!found.ContainsKey(update) && _everything.TryGetValue(update, out var newest))
                found[update] = newest;
        return found;
    }

    private async Task FindRelatedAsync(IReadOnlyCollection<Guid> updates, Dictionary<Guid, RevisionId> found, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var wanted = updates.ToHashSet();
        try
        {
            foreach (var chunk in updates.Chunk(config.MaxUpdatesPerRequest))
                Take(await client.GetRelatedRevisionsAsync(chunk, cancellationToken), wanted.Contains, found);
        }
        catch (Exception exception) when (exception is IntegrityException || IsRefused(exception))
        {
            Log.NotAnswered(logger, exception.Message);
            _answersRelated = false;
        }
    }

    private async Task<Dictionary<Guid, RevisionId>> ListEverythingAsync(IReadOnlyCollection<UpdateRevision> offered, CancellationToken cancellationToken)
    {
        var newest = new Dictionary<Guid, RevisionId>();
        Take((await client.GetRevisionIdListAsync(RevisionFilter.OfCategories(anchor: null), cancellationToken)).Revisions, static _ => true, newest);
        var categories = newest.Count;
        try
        {
            Take((await client.GetRevisionIdListAsync(new RevisionFilter(), cancellationToken)).Revisions, static _ => true, newest);
        }
        catch (UpstreamFaultException exception) when (IsRefused(exception))
        {
            Log.NotAnswered(logger, exception.Message);
        }

        var products = SyncFilter.Everything.ProductsAmong(offered);
        var classifications = SyncFilter.Everything.ClassificationsAmong(offered);
        if (newest.Count > categories || products.Count == 0 || classifications.Count == 0) return newest;
        var named = new RevisionFilter { Products = [.. products.Select(id => (id, false))], Classifications = [.. classifications.Select(id => (id, false))] };
        Take((await client.GetRevisionIdListAsync(named, cancellationToken)).Revisions, static _ => true, newest);
        return newest;
    }

    private static void Take(IEnumerable<RevisionId> revisions, Func<Guid, bool> isWanted, Dictionary<Guid, RevisionId> newest)
    {
        foreach (var revision in revisions)
            if (isWanted(revision.UpdateId) && (!newest.TryGetValue(revision.UpdateId, out var known) || known.RevisionNumber < revision.RevisionNumber))
                newest[revision.UpdateId] = revision;
    }

    private static bool IsRefused(Exception exception) =>
        exception is UpstreamFaultException { Fault.Error: UpstreamError.InvalidParameters or UpstreamError.InternalServerError or UpstreamError.Unknown };

    private static partial class Log
    {
        [LoggerMessage(3031, LogLevel.Information, "The upstream does not tell revisions by an update's id, and is asked for the list of everything: {Reason}")]
        public static partial void NotAnswered(ILogger logger, string reason);
    }
}
