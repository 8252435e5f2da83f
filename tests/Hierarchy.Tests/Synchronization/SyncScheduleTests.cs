using Hierarchy.Domain.Synchronization;
using Xunit;

namespace Hierarchy.Tests.Synchronization;

/// <summary>Times of the day by the clock on the wall, through the nights when it is changed.</summary>
public sealed class SyncScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>Zones whose clocks change at one, two and three o'clock, at midnight, by half an hour, southern ones, and none.</summary>
    public static TheoryData<string> Zones => ["Europe/Berlin", "Europe/London", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Australia/Sydney", "Asia/Beirut", "Asia/Kolkata", "UTC"];

    [Theory]
    [MemberData(nameof(Zones))]
    public void NextAfter_ThroughAYear_ComesAsOftenAsItSaysAndByTheWallClock(string zoneId)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var random = new Random(4);
        for (var round = 0; round < 40; round++)
        {
            var schedule = new SyncSchedule(random.Next(1, SyncSchedule.MostTimesADay + 1), TimeSpan.FromMinutes(random.Next(24 * 60)));
            var interval = TimeSpan.FromDays(1) / schedule.TimesADay;
            var wall = Enumerable.Range(0, schedule.TimesADay).Select(i => TimeSpan.FromMinutes(((int)schedule.First.TotalMinutes + (1440 * i / schedule.TimesADay)) % 1440)).ToHashSet();
            var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(1440));
            var times = new List<DateTimeOffset>();
            for (var at = start; at < start.AddDays(366);)
            {
                at = schedule.NextAfter(at, zone)!.Value;
                times.Add(at);
            }

            // Never twice, never left out: an hour of difference at most, and that only where the clock changes.
            var (least, most) = (interval - TimeSpan.FromMinutes(61), interval + TimeSpan.FromMinutes(61));
            foreach (var (one, other) in times.Zip(times.Skip(1)))
                if (other <= one || other - one < least || other - one > most) Assert.Fail($"{schedule}: after {one:O} comes {other:O}");
            var elsewhere = times.Select(time => TimeZoneInfo.ConvertTime(time, zone)).Where(local => !wall.Contains(local.TimeOfDay)).ToArray();
            foreach (var local in elsewhere)
                if (!IsBehindAGap(local, zone)) Assert.Fail($"{schedule}: {local:O}");
            Assert.InRange(times.Count, (schedule.TimesADay * 366) - 3, (schedule.TimesADay * 366) + 2);
        }
    }

    [Fact]
    public void NextAfter_TimeThatTheClockPassesOver_ComesAsFarBehindTheLastOne()
    {
        var schedule = new SyncSchedule(1, new TimeSpan(2, 30, 0));

        var next = schedule.NextAfter(new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero), Berlin);

        Assert.Equal(new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.Zero), next); // 03:30 in summer time.
        Assert.Equal(new DateTimeOffset(2026, 3, 30, 0, 30, 0, TimeSpan.Zero), schedule.NextAfter(next!.Value, Berlin));
    }

    [Fact]
    public void NextAfter_TimeThatComesTwice_HappensOnce()
    {
        var schedule = new SyncSchedule(1, new TimeSpan(2, 30, 0));

        var first = schedule.NextAfter(new DateTimeOffset(2026, 10, 24, 12, 0, 0, TimeSpan.Zero), Berlin);

        Assert.Equal(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero), first);
        Assert.Equal(new DateTimeOffset(2026, 10, 26, 1, 30, 0, TimeSpan.Zero), schedule.NextAfter(first!.Value, Berlin));
    }

    [Fact]
    public void NextAfter_Off_IsNever() => Assert.Null(default(SyncSchedule).NextAfter(DateTimeOffset.UnixEpoch, Berlin));

    [Fact]
    public void Agenda_MissedTimes_AreMadeUpForOnceAndSoon()
    {
        var schedule = new SyncSchedule(4, TimeSpan.FromHours(3));
        var planned = SyncAgenda.Plan(schedule, new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc, random: 0.5);
        Assert.Equal(new DateTimeOffset(2026, 6, 1, 3, 15, 0, TimeSpan.Zero), planned.Next);

        var now = new DateTimeOffset(2026, 6, 9, 10, 0, 0, TimeSpan.Zero);
        var resumed = planned.Resume(now);
        var after = resumed.After(resumed.Next!.Value, TimeZoneInfo.Utc, random: 0);

        Assert.False(resumed.IsDue(now));
        Assert.True(resumed.IsDue(now + SyncAgenda.SoonAfterStart));
        Assert.Equal(new DateTimeOffset(2026, 6, 9, 15, 0, 0, TimeSpan.Zero), after.Next);
        Assert.Same(planned, planned.Resume(new DateTimeOffset(2026, 6, 1, 1, 0, 0, TimeSpan.Zero)));
    }

    private static bool IsBehindAGap(DateTimeOffset local, TimeZoneInfo zone) => zone.GetUtcOffset(local.AddHours(-3)) < zone.GetUtcOffset(local);
}
