namespace Hierarchy.Domain.Sites;

/// <summary>A time of the week at which a link carries so much.</summary>
/// <param name="Days">The days on which it begins.</param>
/// <param name="From">After midnight, less than a day.</param>
/// <param name="To">After midnight, more than nothing and at most a day; not after <paramref name="From"/>: on the next day.</param>
/// <param name="BytesPerSecond">All transfers over the link together; 0: the link is closed; null: as much as it carries.</param>
public sealed record BandwidthWindow(Weekdays Days, TimeSpan From, TimeSpan To, long? BytesPerSecond)
{
    internal static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>It begins on one day and ends on the next.</summary>
    public bool PassesMidnight => To <= From;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Fault =>
        Days == Weekdays.None || (Days & ~Weekdays.EveryDay) != 0 ? "A window names one day of the week or more."
        : From < TimeSpan.Zero || From >= Day ? "A window begins between 00:00 and 23:59."
        : To <= TimeSpan.Zero || To > Day ? "A window ends between 00:01 and 24:00."
        : BytesPerSecond < 0 ? "A rate is 0 (closed) or more bytes per second."
        : null;

    internal bool Holds(DayOfWeek day, TimeSpan time)
    {
        if (!PassesMidnight) return Has(day) && time >= From && time < To;
        return (Has(day) && time >= From) || (Has(Before(day)) && time < To);
    }

    internal bool Has(DayOfWeek day) => ((int)Days >> ((int)day + 6) % 7 & 1) != 0; // Sunday is 0 there, and the last here.

    private static DayOfWeek Before(DayOfWeek day) => (DayOfWeek)(((int)day + 6) % 7);
}
