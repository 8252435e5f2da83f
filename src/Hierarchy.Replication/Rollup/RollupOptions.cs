namespace Hierarchy.Replication.Rollup;

/// <summary>How a server hands reports to its parent.</summary>
public sealed class RollupOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Rollup";

    /// <summary>Rows of a batch at most.</summary>
    public int BatchRows { get; set; } = 2000;

    /// <summary>Bytes of a batch, about.</summary>
    public int BatchBytes { get; set; } = 256 * 1024;

    /// <summary>Batches under way that the parent has not acknowledged yet.</summary>
    public int BatchesAhead { get; set; } = 4;

    /// <summary>How often this server says how it and those below are doing.</summary>
    public TimeSpan StatusInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The first wait before the parent is called again; doubled each time, with jitter.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest such wait.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Every error at once; empty when the options are usable.</summary>
    public IEnumerable<string> Validate()
    {
        if (BatchRows is < 1 or > 20_000) yield return $"{Section}:{nameof(BatchRows)} is {BatchRows}; it must lie between 1 and 20,000.";
        if (BatchBytes is < 4096 or > 4 * 1024 * 1024) yield return $"{Section}:{nameof(BatchBytes)} is {BatchBytes}; it must lie between 4 KiB and 4 MiB.";
        if (BatchesAhead is < 1 or > 64) yield return $"{Section}:{nameof(BatchesAhead)} is {BatchesAhead}; it must lie between 1 and 64.";
        if (StatusInterval < TimeSpan.FromMilliseconds(100) || StatusInterval > TimeSpan.FromSeconds(15))
            yield return $"{Section}:{nameof(StatusInterval)} is {StatusInterval}; it must lie between 0.1 and 15 seconds, because a silent server counts as gone.";
        if (FirstDelay <= TimeSpan.Zero || LongestDelay < FirstDelay) yield return $"{Section}:{nameof(FirstDelay)} is {FirstDelay} and {nameof(LongestDelay)} {LongestDelay}; the first must be above zero and not above the other.";
    }
}
