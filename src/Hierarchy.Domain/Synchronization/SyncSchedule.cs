namespace Hierarchy.Domain.Synchronization;

/// <summary>
/// So many synchronizations a day, evenly from a first time on, by the clock on the wall. A time that the clock passes over when summer begins happens at the same distance behind the last
/// one that there was; one that comes twice when summer ends happens the first time alone.
/// </summary>
/// <param name="TimesADay">1 to 24; 0 for never.</param>
/// <param name="First">After midnight; less than a day, whole minutes.</param>
public readonly record struct SyncSchedule(int TimesADay, TimeSpan First)
{
    /// <summary>The most times a day.</summary>
    public const int MostTimesADay = 24;

    private const int MinutesADay = 24 * 60;

    /// <summary>Synchronizations start so much later at most, at random: not all servers of the world ask at one time. As WSUS does.</summary>
    public static readonly TimeSpan LargestOffset = TimeSpan.FromMinutes(30);

    /// <summary>The first time after that moment; null for never.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment, TimeZoneInfo zone)
    {
        if (TimesADay == 0) return null;
        var today = TimeZoneInfo.ConvertTime(moment, zone).Date;
        DateTimeOffset? next = null;
        // A clock can be put back across midnight: yesterday's times may still come.
        for (var day = -1; day <= 2; day++)
            foreach (var time in TimesOfADay())
            {
                var instant = ToInstant(today.AddDays(day) + time, zone);
                if (instant > moment && (next is null || instant < next)) next = instant;
            }

        return next;
    }

    private IEnumerable<TimeSpan> TimesOfADay()
    {
        for (var i = 0; i < TimesADay; i++)
            yield return TimeSpan.FromMinutes(((int)First.TotalMinutes + (MinutesADay * i / TimesADay)) % MinutesADay);
    }

    private static DateTimeOffset ToInstant(DateTime local, TimeZoneInfo zone)
    {
        // The offset from before the gap puts a time that there is not just as far behind the gap's beginning.
        if (zone.IsInvalidTime(local)) return new DateTimeOffset(local, zone.GetUtcOffset(local.AddHours(-3))).ToUniversalTime();
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
