using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Upstream.Decisions;
using Hierarchy.WindowsUpdate.Upstream;
using QuarantinedDocument = Hierarchy.WindowsUpdate.Upstream.QuarantinedDocument;

namespace Hierarchy.Server.Upstream;

/// <summary>Puts what a synchronization fetches into the root's log: gives each revision its short number, encodes it once, commits in whole transactions. Lives for one synchronization.</summary>
internal sealed class CatalogSink : ISyncSink
{
    private const int MaxTransactionRecords = 1000;
    private const int MaxTransactionBytes = 4 * 1024 * 1024;

    private readonly IAuthorityLog _log;
    private readonly SealedKeys _keys;
    private readonly SyncJournal _journal;
    private readonly Uri _upstream;
    private readonly TimeProvider _time;
    private readonly HashSet<RevisionId> _known = [];
    private readonly HashSet<RevisionId> _quarantined = [];
    private readonly HashSet<Guid> _updates = [];
    private readonly Dictionary<Guid, UpdateRevision> _categories = [];
    private readonly CatalogGaps _gaps = new();
    private readonly Dictionary<Guid, (int Number, PublicationState State)> _latest = [];
    private readonly Func<Guid, DateTimeOffset, IReadOnlyList<Change>>? _decline;

    /// <summary>Knows what the view shows.</summary>
    /// <param name="log">The root's.</param>
    /// <param name="keys">Seals the keys of encrypted files.</param>
    /// <param name="view">The catalog as it stands.</param>
    /// <param name="journal">Keeps quarantine and anchors.</param>
    /// <param name="quarantined">What is in quarantine.</param>
    /// <param name="upstream">Where the catalog comes from.</param>
    /// <param name="time">For what is stored.</param>
    /// <param name="decline">What is committed with a revision that withdraws its update; null where an upstream decides.</param>
    public CatalogSink(
        IAuthorityLog log, SealedKeys keys, ServedView view, SyncJournal journal, IEnumerable<Protocol.Admin.V1.QuarantinedDocument> quarantined, Uri upstream, TimeProvider time, Func<Guid, DateTimeOffset, IReadOnlyList<Change>>? decline)
    {
        _decline = decline;
        _log = log;
        _keys = keys;
        _journal = journal;
        _upstream = upstream;
        _time = time;
        foreach (var update in view.Updates.Values)
            foreach (var entry in update.Revisions)
                Remember(Outline(entry));
        foreach (var document in quarantined)
            Remember(quarantined: SyncJournal.IdOf(document));
    }

    /// <summary>Updates of which this synchronization stored the first revision.</summary>
    public int NewUpdates { get; private set; }

    /// <summary>Updates that were there and got another revision.</summary>
    public int RevisedUpdates { get; private set; }

    /// <summary>Documents put into quarantine.</summary>
    public int Quarantined { get; private set; }

    /// <summary>Revisions stored that their publisher has withdrawn.</summary>
    public int ExpiredUpdates { get; private set; }

    /// <summary>A short answer names no languages: what was known of them stays.</summary>
    public ValueTask TakeConfigAsync(UpstreamConfig config, CancellationToken cancellationToken) =>
        config.EnabledLanguages.Count == 0 ? ValueTask.CompletedTask : _journal.SaveLanguagesAsync(config.EnabledLanguages.Where(language => language != "all"), cancellationToken);

    public ValueTask<IReadOnlySet<RevisionId>> FindKnownAsync(IReadOnlyCollection<RevisionId> ids, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlySet<RevisionId>>(ids.Where(_known.Contains).ToHashSet());

    public ValueTask<IReadOnlyCollection<UpdateRevision>> GetCategoriesAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyCollection<UpdateRevision>>(_categories.Values);

    public ValueTask<CatalogGaps> FindGapsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_gaps);

    public async ValueTask StoreAsync(IReadOnlyList<SyncedRevision> revisions, CancellationToken cancellationToken)
    {
        var unknown = revisions.Where(revision => !_known.Contains(revision.Revision.Id)).DistinctBy(revision => revision.Revision.Id).ToArray();
        if (unknown.Length == 0) return;
        var firstNumber = await _log.ReserveRevisionNumbersAsync(unknown.Length, cancellationToken);
        var now = _time.GetUtcNow();
        var payloads = new byte[unknown.Length][];
        Parallel.For(0, unknown.Length, i => payloads[i] = Encode(unknown[i], firstNumber + i, now));

        var keys = await _keys.SealAsync(unknown, cancellationToken);
        var transaction = new List<Change>();
        var stored = new List<SyncedRevision>(unknown.Length);
        var bytes = 0;
        for (var i = 0; i < unknown.Length; i++)
        {
            var id = unknown[i].Revision.Id;
            if (payloads[i].Length > RevisionRecords.MaxPayload)
            {
                await QuarantineAsync(TooLarge(id, payloads[i].Length), cancellationToken);
                continue;
            }

            // Keys stand before their revision, in one transaction but for the largest: where the revision is, they are.
            stored.Add(unknown[i]);
            if (keys.TryGetValue(id, out var sealedKeys)) await AddAsync(sealedKeys, payloads[i].Length);
            var decline = DeclineOf(unknown[i].Revision, now);
            await AddAsync(CatalogRecords.Revision(id, payloads[i]), following: 0, more: decline.Count);
            transaction.AddRange(decline);
        }

        if (transaction.Count > 0) await _log.CommitAsync(transaction, cancellationToken);
        RevisionId[] released = [.. stored.Select(revision => revision.Revision.Id).Where(_quarantined.Contains)];
        await _journal.ReleaseAsync(released, cancellationToken);
        _quarantined.ExceptWith(released);
        foreach (var revision in stored)
            Count(revision.Revision);

        async ValueTask AddAsync(Change change, int following, int more = 0)
        {
            var length = change.Payload?.Length ?? 0;
            if (transaction.Count > 0 && (transaction.Count + (following > 0 ? 2 : 1) + more > MaxTransactionRecords || bytes + length + following > MaxTransactionBytes))
            {
                await _log.CommitAsync(transaction.ToArray(), cancellationToken);
                transaction.Clear();
                bytes = 0;
            }

            transaction.Add(change);
            bytes += length;
        }
    }

    public async ValueTask<IReadOnlyCollection<RevisionId>> FindKeylessAsync(CancellationToken cancellationToken) =>
        [.. (await _keys.FindWantingAsync(cancellationToken)).Where(_known.Contains)];

    public ValueTask StoreKeysAsync(IReadOnlyDictionary<RevisionId, IReadOnlyList<FileDecryptionKey>> keys, CancellationToken cancellationToken) =>
        _keys.StoreAsync(keys.Where(entry => _known.Contains(entry.Key)).ToArray(), cancellationToken);

    public async ValueTask<IReadOnlyCollection<RevisionId>> FindMisunderstoodAsync(CancellationToken cancellationToken) =>
        await _journal.LoadReaderVersionAsync(cancellationToken) == UpdateDocument.ReaderVersion
            ? []
            : [.. (await _journal.ListQuarantinedAsync(cancellationToken)).Select(SyncJournal.IdOf).Where(id => !_known.Contains(id))];

    public async ValueTask TriedAgainAsync(CancellationToken cancellationToken)
    {
        if (await _journal.LoadReaderVersionAsync(cancellationToken) != UpdateDocument.ReaderVersion) await _journal.SaveReaderVersionAsync(UpdateDocument.ReaderVersion, cancellationToken);
    }

    public async ValueTask QuarantineAsync(QuarantinedDocument document, CancellationToken cancellationToken)
    {
        Quarantined++;
        Remember(quarantined: document.Id);
        var entry = new Protocol.Admin.V1.QuarantinedDocument
        {
            Identity = new Protocol.Catalog.V1.Identity { UpdateId = Positions.Id(document.Id.UpdateId), RevisionNumber = document.Id.RevisionNumber },
            Reason = document.Reason,
            Time = _time.GetUtcNow().ToTimestamp(),
        };
        await _journal.QuarantineAsync(document.Id, entry, cancellationToken);
    }

    public ValueTask SaveAnchorsAsync(SyncAnchors anchors, CancellationToken cancellationToken) => _journal.SaveAnchorsAsync(_upstream, anchors, _log.Head.Position, cancellationToken);

    private static QuarantinedDocument TooLarge(RevisionId id, int length) => new(
        id, $"The document of {id} makes a record of {length:N0} bytes; replicas take no more than {RevisionRecords.MaxPayload:N0}.", default);

    /// <summary>A revision that withdraws what was published is stored together with the decline of its update.</summary>
    private IReadOnlyList<Change> DeclineOf(UpdateRevision revision, DateTimeOffset now) =>
        _decline is not null && revision.PublicationState == PublicationState.Expired && ExpiryRule.Concerns(revision.Type)
        && _latest.TryGetValue(revision.Id.UpdateId, out var latest) && latest.State == PublicationState.Published && latest.Number < revision.Id.RevisionNumber
            ? _decline(revision.Id.UpdateId, now)
            : [];

    private void Count(UpdateRevision revision)
    {
        if (_updates.Contains(revision.Id.UpdateId)) RevisedUpdates++;
        else NewUpdates++;
        if (revision.PublicationState == PublicationState.Expired) ExpiredUpdates++;
        Remember(revision);
    }

    private void Remember(UpdateRevision revision)
    {
        _known.Add(revision.Id);
        _updates.Add(revision.Id.UpdateId);
        _gaps.Add(revision);
        if (!_latest.TryGetValue(revision.Id.UpdateId, out var known) || known.Number < revision.Id.RevisionNumber) _latest[revision.Id.UpdateId] = (revision.Id.RevisionNumber, revision.PublicationState);
        if (revision.Type != UpdateType.Category) return;
        if (!_categories.TryGetValue(revision.Id.UpdateId, out var latest) || latest.Id.RevisionNumber < revision.Id.RevisionNumber) _categories[revision.Id.UpdateId] = revision;
    }

    private void Remember(RevisionId quarantined)
    {
        _quarantined.Add(quarantined);
        _gaps.AddQuarantined(quarantined);
    }

    private byte[] Encode(SyncedRevision synced, int number, DateTimeOffset now)
    {
        var locations = synced.Locations;
        return RevisionRecords.Encode(synced.Revision, synced.Xml, number, UrlOf, now);

        string? UrlOf(ReadOnlyMemory<byte> sha1)
        {
            foreach (var location in locations)
            {
                if (!location.Sha1.AsSpan().SequenceEqual(sha1.Span)) continue;
                if (location.MuUrl.Length > 0) return Absolute(location.MuUrl);
                if (!string.IsNullOrEmpty(location.UssUrl)) return Absolute(location.UssUrl);
            }

            return null;
        }
    }

    /// <summary>An upstream may name places relative to itself.</summary>
    private string? Absolute(string url) => Uri.TryCreate(_upstream, url, out var absolute) && absolute.Scheme is "http" or "https" ? absolute.AbsoluteUri : null;

    /// <summary>As much of a stored revision as a synchronization asks about.</summary>
    private static UpdateRevision Outline(CatalogEntry entry) => new()
    {
        Id = entry.Id,
        Type = entry.Type,
        Texts = [new Domain.Catalog.LocalizedText("", entry.Title, "")],
        CategoryType = entry.CategoryType,
        Categories = entry.Categories,
        Prerequisites = entry.Prerequisites,
        BundledUpdates = entry.BundledUpdates,
        PublicationState = entry.PublicationState,
    };
}
