using Google.Protobuf;
using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Courier;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Courier;

/// <summary>Which content goes into a file, and how.</summary>
internal sealed class CourierContent(ViewPublisher views, ContentStore store, ContentPlans plans)
{
    private const int PrefixBytes = 16;
    private const int PrefixesAFrame = 60_000;

    /// <summary>The wanted files that are here and not at the receiver, and how many are wanted and not here.</summary>
    public (IReadOnlyList<StoredFile> Files, long Missing) Choose(IReadOnlySet<Guid> held)
    {
        var (files, missing) = (new List<StoredFile>(), 0L);
        foreach (var file in Wanted())
        {
            if (store.Find(file) is not { } stored) missing++;
            else if (!held.Contains(PrefixOf(stored))) files.Add(stored);
        }

        return (files, missing);
    }

    /// <summary>Tells which wanted files are here.</summary>
    public async Task WriteHeldAsync(CourierWriter writer, CancellationToken cancellationToken)
    {
        foreach (var part in Wanted().Select(store.Find).OfType<StoredFile>().Select(PrefixOf).Distinct().Chunk(PrefixesAFrame))
            await writer.WriteAsync(CourierFrameType.Held, new CourierHeld { Sha256Prefixes = ByteString.CopyFrom([.. part.SelectMany(prefix => prefix.ToByteArray(bigEndian: true))]) }, cancellationToken);
    }

    /// <summary>Adds what a frame tells.</summary>
    public static void ReadHeld(CourierFrame frame, HashSet<Guid> held)
    {
        var bytes = CourierHeaders.Parse(CourierHeld.Parser, frame).Sha256Prefixes.Span;
        for (; bytes.Length >= PrefixBytes; bytes = bytes[PrefixBytes..]) held.Add(new Guid(bytes[..PrefixBytes], bigEndian: true));
    }

    /// <summary>Writes one file. Whoever imports it verifies it; here it is only read.</summary>
    public async Task WriteAsync(CourierWriter writer, StoredFile stored, Action<long> progress, CancellationToken cancellationToken)
    {
        var path = store.PathOf(stored.ToContentFile()) ?? throw new Domain.UnavailableException($"Content {stored.Sha1} went away while the file was made. Export again.");
        await using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await writer.WriteAsync(
            CourierFrameType.File,
            new CourierFile { Sha1 = ByteString.CopyFrom(Convert.FromHexString(stored.Sha1.ToString())), Sha256 = ByteString.CopyFrom(stored.Sha256.ToArray()), Size = stored.Size }, cancellationToken);
        var buffer = new byte[ChunkStream.ChunkBytes];
        for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await writer.WriteAsync(CourierFrameType.FileBytes, buffer.AsMemory(0, read), cancellationToken);
            progress(read);
        }
    }

    /// <summary>By what the receiver may want, which is not known here: what is approved, whatever this server's own rules say of fetching.</summary>
    private IEnumerable<ContentFile> Wanted()
    {
        var view = views.View;
        var rules = new ContentRules { Default = FetchPolicy.Ahead, Express = plans.Current.Rules.Express };
        return view.Updates.Values.SelectMany(update => WantedFiles.Of(view, update, rules, CategoryTree.None)).Select(wanted => ContentFile.From(wanted.File)).DistinctBy(file => file.Sha1);
    }

    private static Guid PrefixOf(StoredFile stored) => new(stored.Sha256.ToArray().AsSpan(0, PrefixBytes), bigEndian: true);
}
