namespace Hierarchy.Server.Verification;

/// <summary>How a server keeps its own copy of the log in order.</summary>
internal sealed class ReplicationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Replication";

    /// <summary>How often all records are read again and held against their digest; drawn between three quarters and five quarters of it, so that servers do not all read at once. Zero: never.</summary>
    public TimeSpan ScrubInterval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long after the start the first time is; at most <see cref="ScrubInterval"/>.</summary>
    public TimeSpan FirstScrub { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The percentage of the time that such a reading works; it rests for the remainder.</summary>
    public int ScrubLoad { get; set; } = 25;

    /// <summary>How long the root remembers that a record was deleted, for servers that were silent; one that was silent longer takes a snapshot. Zero: until every known server has heard of it.</summary>
    public TimeSpan KeepTombstones { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often the root looks which tombstones can go.</summary>
    public TimeSpan CompactionInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Every error at once; empty when the options are usable.</summary>
    public IEnumerable<string> Validate()
    {
        if (ScrubInterval < TimeSpan.Zero) yield return $"{Section}:{nameof(ScrubInterval)} is {ScrubInterval}; say 0 for never, or how often, e.g. 1.00:00:00 for once a day.";
        if (FirstScrub < TimeSpan.Zero) yield return $"{Section}:{nameof(FirstScrub)} is {FirstScrub}; it must not be negative.";
        if (ScrubLoad is < 1 or > 100) yield return $"{Section}:{nameof(ScrubLoad)} is {ScrubLoad}; it must lie between 1 and 100 percent.";
        if (KeepTombstones < TimeSpan.Zero) yield return $"{Section}:{nameof(KeepTombstones)} is {KeepTombstones}; it must not be negative, e.g. 30.00:00:00 for thirty days.";
        if (CompactionInterval <= TimeSpan.Zero) yield return $"{Section}:{nameof(CompactionInterval)} is {CompactionInterval}; it must be above zero.";
    }
}
