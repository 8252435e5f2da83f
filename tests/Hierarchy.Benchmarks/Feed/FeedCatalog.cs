using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Wire;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing.Generation;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>A root's log with a generated catalog, made as a synchronization makes it: documents of some 6 KB, compressed, with what is read of them beside.</summary>
internal static class FeedCatalog
{
    private const int Seed = 2;
    private const int Transaction = 500;

    /// <summary>Writes the log; returns how many revisions it has, and the bytes of their documents as UTF-8.</summary>
    public static async Task<(int Revisions, long DocumentBytes)> CreateAsync(string path, int revisions, CancellationToken cancellationToken)
    {
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = path });
        var bytes = 0L;
        var (number, pending) = (0, new List<(UpdateRevision Revision, string Xml)>());
        foreach (var group in new DocumentGenerator(Seed).Plan(revisions))
        {
            pending.AddRange(group().Select(document => (UpdateDocument.Read(document.Xml), document.Xml)));
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
