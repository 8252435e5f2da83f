using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Wire;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing.Generation;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>A root's log with a catalog, made as a synchronization makes it: documents, compressed, with what is read of them beside.</summary>
internal static class FeedCatalog
{
    private const int Seed = 2;
    private const int Transaction = 500;

    /// <summary>Generated documents.</summary>
    public static IEnumerable<Func<IReadOnlyList<string>>> Generated(int revisions) =>
        new DocumentGenerator(Seed).Plan(revisions).Select(group => (Func<IReadOnlyList<string>>)(() => group().Select(document => document.Xml).ToArray()));

    /// <summary>Documents derived from recorded ones.</summary>
    public static IEnumerable<Func<IReadOnlyList<string>>> Recorded(int revisions, RecordedTexts recorded) =>
        Enumerable.Range(0, revisions).Select(number => (Func<IReadOnlyList<string>>)(() => [recorded.Derive(number)]));

    /// <summary>Writes a log of generated documents.</summary>
    public static Task<(int Revisions, long DocumentBytes)> CreateAsync(string path, int revisions, CancellationToken cancellationToken) =>
        CreateAsync(path, revisions, Generated(revisions), cancellationToken);

    /// <summary>Writes the log; returns how many revisions it has, and the bytes of their documents as UTF-8.</summary>
    public static async Task<(int Revisions, long DocumentBytes)> CreateAsync(string path, int revisions, IEnumerable<Func<IReadOnlyList<string>>> texts, CancellationToken cancellationToken)
    {
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = path });
        var bytes = 0L;
        var (number, pending) = (0, new List<(UpdateRevision Revision, string Xml)>());
        foreach (var group in texts)
        {
            pending.AddRange(group().Select(text => (UpdateDocument.Read(text), text)));
            if (pending.Count < Transaction && number + pending.Count < revisions) continue;
            var changes = new Change[pending.Count];
            var (first, documents) = (number + 1, pending);
            Parallel.For(0, changes.Length, i => changes[i] = CatalogRecords.Revision(
                documents[i].Revision.Id, RevisionRecords.Encode(documents[i].Revision, documents[i].Xml, first + i, UrlOf, DateTimeOffset.UnixEpoch.AddDays(20_000))));
            bytes += pending.Sum(document => (long)System.Text.Encoding.UTF8.GetByteCount(document.Xml));
            number += pending.Count;
            pending = [];
            await log.CommitAsync(changes, cancellationToken);
        }

        return (number, bytes);
    }

    // As long as Microsoft's are.
    private static string UrlOf(ReadOnlyMemory<byte> sha1)
    {
        var name = Convert.ToHexStringLower(sha1.Span);
        return $"http://download.windowsupdate.com/c/msdownload/update/software/secu/2024/03/windows10.0-kb50{name[..5]}-x64_{name}.cab";
    }
}
