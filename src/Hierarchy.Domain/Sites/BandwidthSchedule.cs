namespace Hierarchy.Domain.Sites;

/// <summary>
/// How much a link carries, by the time of the week. The clock is that on the wall of the server that transfers: a window of office hours follows the office. Where windows overlap, the first in order counts.
/// </summary>
/// <param name="Windows">In order of precedence.</param>
/// <param name="DefaultRate">Bytes per second outside all windows; 0: the link is closed; null: as much as it carries.</param>
public sealed record BandwidthSchedule(IReadOnlyList<BandwidthWindow> Windows, long? DefaultRate)
{
    /// <summary>The most windows of one schedule.</summary>
    public const int MaxWindows = 64;

    /// <summary>As much as the link carries, always.</summary>
    public static BandwidthSchedule Unlimited { get; } = new([], DefaultRate: null);

    /// <summary>It never limits anything.</summary>
    public bool IsUnlimited => DefaultRate is null && Windows.All(window => window.BytesPerSecond is null);

    /// <summary>Bytes per second for all transfers over the link together; 0: the link is closed; null: as much as it carries.</summary>
    /// <param name="local">The clock on the wall: its offset is of no account.</param>
    public long? RateAt(DateTimeOffset local) => RateAt(local.DateTime);

    /// <summary>The first moment after this one at which the rate is another; null when it never is.</summary>
    /// <param name="local">The clock on the wall. The answer has its offset: where clocks are changed in between, ask again on the way.</param>
    public DateTimeOffset? NextChange(DateTimeOffset local)
    {
        var now = local.DateTime;
        var rate = RateAt(now);
        DateTime? next = null;
        foreach (var edge in Edges(now.Date))
            if (edge > now && (next is null || edge < next) && RateAt(edge) != rate)
                next = edge;
        return next is { } change ? new DateTimeOffset(change, local.Offset) : null;
    }

    /// <inheritdoc/>
    public bool Equals(BandwidthSchedule? other) => other is not null && DefaultRate == other.DefaultRate && Windows.SequenceEqual(other.Windows);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Windows.Count, DefaultRate);

    private long? RateAt(DateTime local)
    {
        foreach (var window in Windows)
            if (window.Holds(local.DayOfWeek, local.TimeOfDay))
                return window.BytesPerSecond;
        return DefaultRate;
    }

    /// <summary>Where windows begin and end, from yesterday's that pass midnight to the same day of the next week.</summary>
    private IEnumerable<DateTime> Edges(DateTime today)
    {
        for (var i = -1; i <= 7; i++)
        {
            var day = today.AddDays(i);
            foreach (var window in Windows)
            {
                if (!window.Has(day.DayOfWeek)) continue;
                yield return day + window.From;
                yield return day + window.To + (window.PassesMidnight ? BandwidthWindow.Day : TimeSpan.Zero);
            }
        }
    }
}
