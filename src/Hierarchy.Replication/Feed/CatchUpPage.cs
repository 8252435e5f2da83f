using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Feed;

/// <summary>A page of the catch-up, encoded.</summary>
/// <param name="After">Where it begins.</param>
/// <param name="Through">Where it ends.</param>
/// <param name="Frame">The bytes for every follower.</param>
/// <param name="Head">The head of the read transaction that it came from.</param>
internal sealed record CatchUpPage(long After, long Through, FeedFrame Frame, LogHead Head)
{
    /// <summary>Nothing was left to read.</summary>
    public bool IsLast => Through == Head.Position.Sequence;

    /// <summary>Encodes what was read. With <paramref name="end"/> it stops there, so that the next page is one that the cache has.</summary>
    public static CatchUpPage Encode(long after, LogPage page, long? end)
    {
        if (end is not { } cut || cut >= page.Through) return new CatchUpPage(after, page.Through, FeedCodec.Page(page.Records, page.Through, page.Head.Position.Sequence), page.Head);
        var count = 0;
        while (count < page.Records.Count && page.Records[count].Sequence <= cut) count++;
        return new CatchUpPage(after, cut, FeedCodec.Page([.. page.Records.Take(count)], cut, page.Head.Position.Sequence), page.Head);
    }

    /// <summary>The same bytes for every follower that reads them.</summary>
    public FeedFrame FrameFor(bool readsBrotli) => readsBrotli || Frame.Encoding != Encoding.Brotli ? Frame : FeedCodec.ToIdentity(Frame);
}
