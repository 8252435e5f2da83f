namespace Hierarchy.Replication.Follower;

/// <summary>How a server follows its parent.</summary>
public sealed class FollowerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Follower";

    /// <summary>The first wait after every parent has been tried; doubled each time, drawn between half and the whole of it.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between attempts.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A parent that says nothing for so long is given up; live ones send something every 15 seconds.</summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Messages that may wait, decoded, while the disk is busy.</summary>
    public int ReceivedAhead { get; set; } = 4;

    /// <summary>Every error at once; empty when the options are usable.</summary>
    public IEnumerable<string> Validate()
    {
        if (FirstDelay <= TimeSpan.Zero || LongestDelay < FirstDelay)
            yield return $"{Section}:{nameof(FirstDelay)} is {FirstDelay} and {nameof(LongestDelay)} {LongestDelay}; the first must be above zero and not above the other.";
        if (SilenceLimit < TimeSpan.FromSeconds(20)) yield return $"{Section}:{nameof(SilenceLimit)} is {SilenceLimit}; it must be 20 seconds or more, because parents speak every 15 seconds.";
        if (ReceivedAhead is < 1 or > 64) yield return $"{Section}:{nameof(ReceivedAhead)} is {ReceivedAhead}; it must lie between 1 and 64.";
    }
}
