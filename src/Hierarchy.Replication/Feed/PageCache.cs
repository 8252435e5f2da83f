using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Feed;

/// <summary>
/// Encoded pages, least recently used first out, bounded in bytes. A page stays true while the log moves on, because what moved comes again later in the log; but a page from before a
/// compaction could hold what was deleted since, its tombstone gone, so a page counts only at the floor at which it was read, and the last page only at its head. Not safe for concurrent use.
/// </summary>
internal sealed class PageCache(long maxBytes)
{
    private readonly Dictionary<long, LinkedListNode<CatchUpPage>> _pages = [];
    private readonly LinkedList<CatchUpPage> _byUse = new();
    private long _bytes;

    public int Count => _pages.Count;

    public CatchUpPage? Find(long after, LogHead head)
    {
        if (!_pages.TryGetValue(after, out var node)) return null;
        var page = node.Value;
        if (page.Head.Floor != head.Floor || (page.IsLast && page.Head.Position != head.Position))
        {
            Remove(node);
            return null;
        }

        _byUse.Remove(node);
        _byUse.AddLast(node);
        return page;
    }

    /// <summary>The end of a page that spans a place: whoever starts there reads as far as that, and is aligned with the others from then on.</summary>
    public long? EndOfPageAround(long after)
    {
        foreach (var page in _byUse)
            if (page.After < after && after < page.Through && !page.IsLast)
                return page.Through;
        return null;
    }

    public void Add(CatchUpPage page)
    {
        if (page.Frame.Bytes.Length > maxBytes) return;
        if (_pages.TryGetValue(page.After, out var old)) Remove(old);
        _pages[page.After] = _byUse.AddLast(page);
        _bytes += page.Frame.Bytes.Length;
        while (_bytes > maxBytes) Remove(_byUse.First!); // not empty: it holds bytes
    }

    public void Clear()
    {
        _pages.Clear();
        _byUse.Clear();
        _bytes = 0;
    }

    private void Remove(LinkedListNode<CatchUpPage> node)
    {
        _pages.Remove(node.Value.After);
        _byUse.Remove(node);
        _bytes -= node.Value.Frame.Bytes.Length;
    }
}
