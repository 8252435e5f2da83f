using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// One synchronization with an upstream: categories, then the updates of the chosen products and classifications, then whatever their
/// bundles name and the filter missed, to any depth. Anchors move only when everything before them is stored, and what is stored is not
/// fetched again: a synchronization that dies goes on where it was.
/// </summary>
/// <remarks>
/// Drivers come by GetRevisionIdList as software does ([MS-WSUSSS] 3.2.4.2 step 8: "software/driver update revisions"), in the products and the
/// classification that an administrator chose. GetDriverIdList and GetDriverSetData are no part of a synchronization: they find drivers by the
/// hardware of known computers, only Microsoft Update answers them, and WSUS states limits of 0 for them.
/// </remarks>
public sealed partial class UpstreamSync(UpstreamClient client, ISyncSink sink, TimeProvider time, ILogger<UpstreamSync>? logger = null)
{
    /// <summary>A transaction of the change log takes 1,000 records; an update has at most three here: itself and its keys.</summary>
    private const int MaxStored = 300;

    private const int MaxServerChanges = 2;

    private readonly ILogger _logger = logger ?? NullLogger<UpstreamSync>.Instance;
    private readonly UpdateFetcher _fetcher = new(client);
    private readonly KeyFetcher _keys = new(client, logger ?? NullLogger<UpstreamSync>.Instance);
    private IProgress<SyncProgress>? _progress;
    private SyncProgress _state = new(SyncPhase.Authorizing, 0, 0, 0, 0, 0);
    private long _bytesBefore;
    private int _listed;
    private int _known;
    private int _expired;
    private bool _knowsRelated = true;

    /// <summary>Runs it to its end. An instance runs once.</summary>
    /// <exception cref="UnavailableException">The upstream is away or busy; the message says what to check. Try again later.</exception>
    /// <exception cref="IntegrityException">The upstream refuses or lies; trying again does not help.</exception>
    public async Task<SyncResult> RunAsync(SyncFilter filter, SyncAnchors anchors, IProgress<SyncProgress>? progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        _progress = progress;
        _bytesBefore = client.BytesReceived;
        try
        {
            anchors = await RunThroughChangesAsync(filter, anchors, cancellationToken);
        }
        catch (UpstreamFaultException exception)
        {
            throw UpstreamReactions.Explain(exception);
        }

        var gaps = await sink.FindGapsAsync(cancellationToken);
        Report(SyncPhase.Done, _state.Done, _state.Total);
        Log.Done(_logger, _listed, _known, _state.Stored, _state.Quarantined);
        return new SyncResult
        {
            Listed = _listed,
            AlreadyKnown = _known,
            Stored = _state.Stored,
            Expired = _expired,
            Quarantined = _state.Quarantined,
            Bytes = client.BytesReceived - _bytesBefore,
            Duration = time.GetElapsedTime(started),
            MissingPrerequisites = gaps.Prerequisites,
            MissingBundled = gaps.BundledRevisions,
            NotFound = _notFound,
            Anchors = anchors,
        };
    }

    private async Task<SyncAnchors> RunThroughChangesAsync(SyncFilter filter, SyncAnchors anchors, CancellationToken cancellationToken)
    {
        for (var changes = 0; ; changes++)
        {
            try
            {
                return await RunOnceAsync(filter, anchors, cancellationToken);
            }
            catch (UpstreamFaultException exception) when (exception.Is(UpstreamReaction.ResetAnchors) && changes < MaxServerChanges)
            {
                Log.ServerChanged(_logger);
                anchors = SyncAnchors.None;
                (_listed, _known) = (0, 0);
                await sink.SaveAnchorsAsync(anchors, cancellationToken);
                await client.RestartAsync(cancellationToken);
            }
        }
    }

    private async Task<SyncAnchors> RunOnceAsync(SyncFilter filter, SyncAnchors anchors, CancellationToken cancellationToken)
    {
        Report(SyncPhase.Authorizing, 0, 0);
        await client.AuthorizeAsync(cancellationToken);

        Report(SyncPhase.Configuring, 0, 0);
        var config = await client.GetConfigDataAsync(anchors.Config, cancellationToken);
        anchors = anchors with { Config = config.Anchor };
        await sink.TakeConfigAsync(config, cancellationToken);

        if ((await sink.GetCategoriesAsync(cancellationToken)).FirstOrDefault() is { } given) _fetcher.Trust(given.Id);
        await FetchWantingKeysAsync(config, cancellationToken);
        await FetchMisunderstoodAsync(config, cancellationToken);

        Report(SyncPhase.ListingCategories, 0, 0);
        var categories = await ListAsync(RevisionFilter.OfCategories(anchors.Categories), cancellationToken);
        await FetchUnknownAsync(SyncPhase.FetchingCategories, categories.Revisions, config, cancellationToken);
        anchors = anchors with { Categories = categories.Anchor };
        await sink.SaveAnchorsAsync(anchors, cancellationToken);

        if (filter.ListsUpdates)
        {
            Report(SyncPhase.ListingUpdates, 0, 0);
            var offered = await sink.GetCategoriesAsync(cancellationToken);
            var (updates, products, classifications) = await ListUpdatesAsync(filter, offered, anchors, cancellationToken);
            await FetchUnknownAsync(SyncPhase.FetchingUpdates, updates.Revisions, config, cancellationToken);
            anchors = anchors with { Updates = updates.Anchor, Products = products, Classifications = classifications };
        }

        if (filter.Again.Count > 0) await FetchUnknownAsync(SyncPhase.FetchingUpdates, filter.Again, config, cancellationToken);
        await FetchImportedAsync(filter.Imported, config, cancellationToken);
        await FetchBundledAsync(config, cancellationToken);
        await sink.SaveAnchorsAsync(anchors, cancellationToken);
        return anchors;
    }

    /// <summary>
    /// Who wants everything names nothing, and gets hidden children too. A server that does not know such a request answers it with
    /// nothing or with a fault: then all that it offers is named.
    /// </summary>
    private async Task<(RevisionIdList List, HashSet<Guid> Products, HashSet<Guid> Classifications)> ListUpdatesAsync(
        SyncFilter filter, IReadOnlyCollection<UpdateRevision> offered, SyncAnchors anchors, CancellationToken cancellationToken)
    {
        if (filter is { Products: null, Classifications: null })
        {
            var wasEverything = anchors.Products.Count == 0;
            var everything = await TryListEverythingAsync(wasEverything ? anchors.Updates : null, cancellationToken);
            if (everything is not null && (everything.Revisions.Count > 0 || (wasEverything && anchors.Updates is not null)))
                return (everything, [], []);
        }

        var products = filter.ProductsAmong(offered);
        var classifications = filter.ClassificationsAmong(offered);
        // An anchor without names would hold for everything.
        if (products.Count == 0 || classifications.Count == 0) return (new RevisionIdList(null, []), [], []);
        var named = new RevisionFilter
        {
            Anchor = anchors.Products.Count == 0 ? null : anchors.Updates,
            Products = [.. products.Select(product => (product, anchors.Products.Contains(product)))],
            Classifications = [.. classifications.Select(classification => (classification, anchors.Classifications.Contains(classification)))],
        };
        return (await ListAsync(named, cancellationToken), [.. products], [.. classifications]);
    }

    private async Task<RevisionIdList?> TryListEverythingAsync(string? anchor, CancellationToken cancellationToken)
    {
        try
        {
            return await ListAsync(new RevisionFilter { Anchor = anchor }, cancellationToken);
        }
        catch (UpstreamFaultException exception)
            when (exception.Fault.Error is UpstreamError.InvalidParameters or UpstreamError.InternalServerError or UpstreamError.Unknown)
        {
            Log.NamingEverything(_logger, exception.Fault.Code);
            return null;
        }
    }

    /// <summary>A server that no longer takes its own anchor calls the filter wrong; without it the list is longer and nothing is lost.</summary>
    private async Task<RevisionIdList> ListAsync(RevisionFilter filter, CancellationToken cancellationToken)
    {
        RevisionIdList list;
        try
        {
            list = await client.GetRevisionIdListAsync(filter, cancellationToken);
        }
        catch (UpstreamFaultException exception) when (exception.Fault.Error == UpstreamError.InvalidParameters && filter.Anchor is not null)
        {
            Log.AnchorRefused(_logger, filter.Anchor);
            list = await client.GetRevisionIdListAsync(
                filter with
                {
                    Anchor = null,
                    Products = [.. filter.Products.Select(product => (product.Id, false))],
                    Classifications = [.. filter.Classifications.Select(classification => (classification.Id, false))],
                },
                cancellationToken);
        }

        _listed += list.Revisions.Count;
        return list;
    }

    private async Task FetchUnknownAsync(SyncPhase phase, IReadOnlyList<RevisionId> listed, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var known = await sink.FindKnownAsync(listed, cancellationToken);
        _known += known.Count;
        await FetchAsync(phase, [.. listed.Where(id => !known.Contains(id))], known.Count, config, cancellationToken);
    }

    /// <summary>Children bring children of their own. An id that was asked for is not asked for again, so it ends.</summary>
    private async Task FetchBundledAsync(UpstreamConfig config, CancellationToken cancellationToken)
    {
        var asked = new HashSet<RevisionId>();
        while (true)
        {
            var gaps = await sink.FindGapsAsync(cancellationToken);
            RevisionId[] missing = [.. gaps.BundledRevisions.Where(asked.Add)];
            if (missing.Length == 0) return;
            await FetchAsync(SyncPhase.FetchingBundled, missing, 0, config, cancellationToken);
            await FetchRelatedAsync(missing, asked, config, cancellationToken);
        }
    }

    /// <summary>
    /// A child that the upstream does not know in the revision that the bundle names, it may know in another: GetRelatedRevisionsForUpdates
    /// is the one call that finds a revision by an update's id alone. Not every server answers it.
    /// </summary>
    private async Task FetchRelatedAsync(RevisionId[] wanted, HashSet<RevisionId> asked, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var given = await sink.FindKnownAsync(wanted, cancellationToken);
        if (given.Count == wanted.Length || !_knowsRelated) return;
        var related = new HashSet<RevisionId>();
        try
        {
            foreach (var updates in wanted.Where(id => !given.Contains(id)).Select(id => id.UpdateId).Distinct().Chunk(config.MaxUpdatesPerRequest))
                related.UnionWith(await client.GetRelatedRevisionsAsync(updates, cancellationToken));
        }
        catch (Exception exception) when (exception is IntegrityException || (exception is UpstreamFaultException fault && fault.Is(UpstreamReaction.Stop)))
        {
            Log.NothingRelated(_logger, exception.Message);
            _knowsRelated = false;
            return;
        }

        var known = await sink.FindKnownAsync(related, cancellationToken);
        await FetchAsync(SyncPhase.FetchingBundled, [.. related.Where(id => !known.Contains(id) && asked.Add(id))], 0, config, cancellationToken);
    }

    /// <summary>Several calls are under way, and their answers are stored in the order of the list: two synchronizations of one catalog store the same in the same order.</summary>
    private async Task FetchAsync(SyncPhase phase, RevisionId[] ids, int knownBefore, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var total = knownBefore + ids.Length;
        Report(phase, knownBefore, total);
        if (ids.Length == 0) return;

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = new Queue<Task<FetchedBatch>>();
        var batches = ids.Chunk(config.MaxUpdatesPerRequest).GetEnumerator();
        var done = knownBefore;
        try
        {
            while (true)
            {
                while (pending.Count < client.ParallelCalls && batches.MoveNext())
                {
                    var batch = batches.Current;
                    pending.Enqueue(Task.Run(() => FetchAsync(batch, config, stop.Token), stop.Token));
                }

                if (pending.Count == 0) return;
                var ready = new List<FetchedBatch> { await pending.Dequeue() };
                while (pending.TryPeek(out var next) && next.IsCompletedSuccessfully && ready.Sum(batch => batch.Asked) + config.MaxUpdatesPerRequest <= MaxStored)
                    ready.Add(await pending.Dequeue());
                done += await StoreAsync(ready, cancellationToken);
                Report(phase, done, total);
            }
        }
        finally
        {
            // After a failure the rest ends too, and its failures are the same failure.
            await stop.CancelAsync();
            await Task.WhenAll(pending).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<FetchedBatch> FetchAsync(RevisionId[] ids, UpstreamConfig config, CancellationToken cancellationToken)
    {
        var batch = await _fetcher.FetchAsync(ids, cancellationToken);
        await _keys.AddKeysAsync(batch.Revisions, config, cancellationToken);
        return batch;
    }

    /// <summary>Keys that were refused once, or whose seal cannot be broken any more, are asked for again.</summary>
    private async Task FetchWantingKeysAsync(UpstreamConfig config, CancellationToken cancellationToken)
    {
        var keyless = await sink.FindKeylessAsync(cancellationToken);
        if (keyless.Count > 0) await sink.StoreKeysAsync(await _keys.FetchAsync([.. keyless], config, cancellationToken), cancellationToken);
    }

    /// <summary>What a newer version of this program may understand is fetched once more; what is listed anew is fetched anyway.</summary>
    private async Task FetchMisunderstoodAsync(UpstreamConfig config, CancellationToken cancellationToken)
    {
        var misunderstood = await sink.FindMisunderstoodAsync(cancellationToken);
        await FetchAsync(SyncPhase.FetchingUpdates, [.. misunderstood], 0, config, cancellationToken);
        await sink.TriedAgainAsync(cancellationToken);
    }

    private async Task<int> StoreAsync(List<FetchedBatch> batches, CancellationToken cancellationToken)
    {
        SyncedRevision[] revisions = [.. batches.SelectMany(batch => batch.Revisions)];
        foreach (var chunk in revisions.Chunk(MaxStored)) await sink.StoreAsync(chunk, cancellationToken);
        var quarantined = 0;
        foreach (var document in batches.SelectMany(batch => batch.Quarantined))
        {
            Log.Quarantined(_logger, document.Id, document.Reason);
            await sink.QuarantineAsync(document, cancellationToken);
            quarantined++;
        }

        _expired += revisions.Count(revision => revision.Revision.PublicationState == PublicationState.Expired);
        _state = _state with { Stored = _state.Stored + revisions.Length, Quarantined = _state.Quarantined + quarantined };
        return revisions.Length + quarantined;
    }

    private void Report(SyncPhase phase, int done, int total)
    {
        _state = _state with { Phase = phase, Done = done, Total = total, Bytes = client.BytesReceived - _bytesBefore };
        _progress?.Report(_state);
    }

    private static partial class Log
    {
        [LoggerMessage(3011, LogLevel.Information, "Synchronized: {Listed} listed, {Known} known, {Stored} stored, {Quarantined} in quarantine")]
        public static partial void Done(ILogger logger, int listed, int known, int stored, int quarantined);

        [LoggerMessage(3012, LogLevel.Warning, "The upstream's database is another; all anchors are forgotten and the synchronization begins again")]
        public static partial void ServerChanged(ILogger logger);

        [LoggerMessage(3013, LogLevel.Warning, "The upstream refused the anchor `{Anchor}`; asking for everything")]
        public static partial void AnchorRefused(ILogger logger, string anchor);

        [LoggerMessage(3015, LogLevel.Information, "The upstream answered {Code} to a request without a filter; naming every product and classification")]
        public static partial void NamingEverything(ILogger logger, string code);

        [LoggerMessage(3016, LogLevel.Information, "The upstream does not tell related revisions; bundled updates that it does not know stay missing: {Reason}")]
        public static partial void NothingRelated(ILogger logger, string reason);

        [LoggerMessage(3014, LogLevel.Warning, "{Id} goes into quarantine: {Reason}")]
        public static partial void Quarantined(ILogger logger, RevisionId id, string reason);
    }
}
