namespace Hierarchy.Replication.Feed;

/// <summary>How a server feeds the servers below it.</summary>
public sealed class FeedOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Feed";

    /// <summary>Records a page holds at most.</summary>
    public int PageRecords { get; set; } = 1000;

    /// <summary>Bytes at which a page ends.</summary>
    public int PageBytes { get; set; } = 512 * 1024;

    /// <summary>Bytes of encoded pages kept for the next follower that catches up.</summary>
    public long CacheBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Bytes of the newest transactions kept for followers that are live. A follower that falls out catches up from storage again.</summary>
    public long TailBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Transactions kept likewise.</summary>
    public int TailTransactions { get; set; } = 4096;

    /// <summary>How long a live follower hears nothing at most.</summary>
    public TimeSpan BookmarkInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Every error at once; empty when the options are usable.</summary>
    public IEnumerable<string> Validate()
    {
        if (PageRecords is < 1 or > 10_000) yield return $"{Section}:{nameof(PageRecords)} is {PageRecords}; it must lie between 1 and 10,000.";
        if (PageBytes is < 4096 or > 8 * 1024 * 1024) yield return $"{Section}:{nameof(PageBytes)} is {PageBytes}; it must lie between 4 KiB and 8 MiB.";
        if (CacheBytes < 0) yield return $"{Section}:{nameof(CacheBytes)} is {CacheBytes}; it must not be negative.";
        if (TailBytes < 0 || TailTransactions < 0) yield return $"{Section}:{nameof(TailBytes)} and {nameof(TailTransactions)} must not be negative.";
        if (BookmarkInterval < TimeSpan.FromSeconds(1) || BookmarkInterval > TimeSpan.FromSeconds(15))
            yield return $"{Section}:{nameof(BookmarkInterval)} is {BookmarkInterval}; it must lie between 1 and 15 seconds, because followers give a silent source up.";
    }
}
