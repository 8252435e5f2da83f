using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Hierarchy.Testing.MicrosoftUpdate.Content;

namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>
/// The revisions that a simulated Microsoft Update publishes, in the order of their publication. Grows at any time, never shrinks:
/// an update that is withdrawn is published again as expired.
/// </summary>
public sealed class UpdateLibrary
{
    /// <summary>Documents above so many bytes (as UTF-8) are sent compressed.</summary>
    public const int DefaultCompressAbove = 5120;

    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<RevisionKey, PublishedRevision> _byKey = new();
    private readonly ConcurrentDictionary<Guid, RevisionKey> _latest = new();
    private readonly ConcurrentBag<DocumentEncoder> _encoders = [];
    private readonly int _compressAbove;
    private RevisionList _revisions = new([], 0);
    private RevisionList _configuration = new([], 0);

    public UpdateLibrary(int compressAbove = DefaultCompressAbove) => _compressAbove = compressAbove;

    /// <summary>The files whose bytes are served.</summary>
    public ContentLibrary Content { get; } = new();

    public int Count => _revisions.Count;

    /// <summary>All revisions in the order of publication, as they stand now.</summary>
    public ReadOnlySpan<PublishedRevision> Revisions => Volatile.Read(ref _revisions).Span;

    /// <summary>Categories and detectoids alone.</summary>
    public ReadOnlySpan<PublishedRevision> Configuration => Volatile.Read(ref _configuration).Span;

    public bool TryGet(RevisionKey key, [MaybeNullWhen(false)] out PublishedRevision revision) => _byKey.TryGetValue(key, out revision);

    /// <summary>The highest revision of an update; null for one that is not here.</summary>
    public PublishedRevision? Latest(Guid id) => _latest.TryGetValue(id, out var key) ? _byKey[key] : null;

    /// <summary>Publishes a revision; refuses one that is published already.</summary>
    public PublishedRevision Publish(SourceDocument document)
    {
        var revision = new DocumentEncoder(_compressAbove).Encode(document, () => document);
        Append([revision], [document.Files]);
        return revision;
    }

    /// <summary>Publishes a revision that is sent as these bytes, whatever they are, as if they were its cabinet.</summary>
    public PublishedRevision PublishAs(SourceDocument document, byte[] cabinet)
    {
        var revision = new PublishedRevision(document.Summary, () => document, cabinet, isCompressed: true);
        Append([revision], [document.Files]);
        return revision;
    }

    /// <summary>Publishes the next revision of an update: the newest document, edited where <paramref name="edit"/> is given, under the next number.</summary>
    public PublishedRevision Revise(Guid id, Func<string, string>? edit = null)
    {
        var latest = Latest(id) ?? throw new KeyNotFoundException($"No update {id} is published.");
        var source = latest.Source();
        var xml = DocumentEdits.WithRevision(edit is null ? source.Xml : edit(source.Xml), latest.Key.Revision + 1);
        return Publish(source with { Xml = xml, Summary = DocumentSummary.Read(xml) });
    }

    /// <summary>Withdraws an update: its next revision says PublicationState="Expired".</summary>
    public PublishedRevision Expire(Guid id) => Revise(id, DocumentEdits.AsExpired);

    /// <summary>Publishes many, given as groups that are made and encoded in parallel; <paramref name="progress"/> is told the number of revisions ready.</summary>
    public void PublishMany(IReadOnlyList<Func<IReadOnlyList<SourceDocument>>> groups, Action<int>? progress, CancellationToken cancellationToken)
    {
        var revisions = new PublishedRevision[groups.Count][];
        var files = new IReadOnlyList<ServedFile>[groups.Count];
        var ready = 0;
        Parallel.For(0, groups.Count, new ParallelOptions { CancellationToken = cancellationToken }, group =>
        {
            var documents = groups[group]();
            if (!_encoders.TryTake(out var encoder))
                encoder = new DocumentEncoder(_compressAbove);
            var encoded = new PublishedRevision[documents.Count];
            for (var i = 0; i < encoded.Length; i++)
                encoded[i] = encoder.Encode(documents[i], SourceIn(groups[group], i));
            _encoders.Add(encoder);
            revisions[group] = encoded;
            files[group] = [.. documents.SelectMany(document => document.Files)];
            progress?.Invoke(Interlocked.Add(ref ready, documents.Count));
        });
        _encoders.Clear();
        Append([.. revisions.SelectMany(group => group)], files);
    }

    // Kept as long as the revision: it must hold on to nothing but the way to make the document again.
    private static Func<SourceDocument> SourceIn(Func<IReadOnlyList<SourceDocument>> group, int index) => () => group()[index];

    private void Append(PublishedRevision[] added, IReadOnlyList<IReadOnlyList<ServedFile>> files)
    {
        lock (_writing)
        {
            foreach (var revision in added)
            {
                if (!_byKey.TryAdd(revision.Key, revision))
                    throw new InvalidOperationException($"{revision.Key} is published already; publish a higher revision.");
                _latest.AddOrUpdate(revision.Key.Id, revision.Key, (_, known) => known.Revision > revision.Key.Revision ? known : revision.Key);
            }

            foreach (var file in files.SelectMany(group => group))
                Content.Add(file);
            Volatile.Write(ref _configuration, _configuration.With([.. added.Where(revision => revision.Summary.IsConfiguration)]));
            Volatile.Write(ref _revisions, _revisions.With(added));
        }
    }

    // An array shared by all readers: entries below the count never change, later ones are not looked at.
    private sealed class RevisionList(PublishedRevision[] entries, int count)
    {
        public int Count => count;

        public ReadOnlySpan<PublishedRevision> Span => entries.AsSpan(0, count);

        public RevisionList With(PublishedRevision[] added)
        {
            var target = entries;
            if (count + added.Length > target.Length)
            {
                target = new PublishedRevision[Math.Max(target.Length * 2, count + added.Length)];
                entries.AsSpan(0, count).CopyTo(target);
            }

            added.CopyTo(target, count);
            return new RevisionList(target, count + added.Length);
        }
    }
}
