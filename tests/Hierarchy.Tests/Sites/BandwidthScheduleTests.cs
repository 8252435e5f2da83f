using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Sites;
using Xunit;

namespace Hierarchy.Tests.Sites;

public sealed class BandwidthScheduleTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20_26_11, 5_43_23);

    // A Monday.
    private static readonly DateTimeOffset Monday = new(2026, 11, 16, 0, 0, 0, TimeSpan.FromHours(1));

    private static readonly BandwidthSchedule Office = new(
        [
            new BandwidthWindow(Weekdays.Workdays, TimeSpan.FromHours(8), TimeSpan.FromHours(18), 100_000),
            new BandwidthWindow(Weekdays.Friday, TimeSpan.FromHours(22), TimeSpan.FromHours(2), 0),
            new BandwidthWindow(Weekdays.Weekend, TimeSpan.Zero, TimeSpan.FromHours(24), null),
        ],
        1_000_000);

    [Theory]
    [InlineData(0, 7 * 60 + 59, 1_000_000L)]
    [InlineData(0, 8 * 60, 100_000L)]
    [InlineData(0, 17 * 60 + 59, 100_000L)]
    [InlineData(0, 18 * 60, 1_000_000L)]
    [InlineData(4, 22 * 60, 0L)]
    [InlineData(5, 119, 0L)] // Friday's window goes on, and comes before the week-end's.
    [InlineData(5, 120, null)]
    [InlineData(6, 23 * 60 + 59, null)]
    [InlineData(7, 0, 1_000_000L)]
    public void RateAt_MomentOfTheWeek_IsThatOfTheFirstWindowThatHolds(int day, int minute, long? rate) =>
        Assert.Equal(rate, Office.RateAt(Monday.AddDays(day).AddMinutes(minute)));

    [Fact]
    public void NextChange_OfficeHours_GoesFromEdgeToEdge()
    {
        var changes = new List<string>();
        for (var at = Monday; Office.NextChange(at) is { } next && next < Monday.AddDays(7); at = next) changes.Add($"{next:ddd HH:mm}");

        Assert.Equal(
            ["Mon 08:00", "Mon 18:00", "Tue 08:00", "Tue 18:00", "Wed 08:00", "Wed 18:00", "Thu 08:00", "Thu 18:00", "Fri 08:00", "Fri 18:00", "Fri 22:00", "Sat 02:00"], changes);
        Assert.Equal(Monday.AddDays(7), Office.NextChange(Monday.AddDays(6)));
        Assert.Equal(Monday.Offset, Office.NextChange(Monday)!.Value.Offset); // Not null: it changes twice a day.
    }

    [Fact]
    public void NextChange_RateThatNeverChanges_IsNull()
    {
        Assert.Null(BandwidthSchedule.Unlimited.NextChange(Monday));
        Assert.Null(new BandwidthSchedule([new BandwidthWindow(Weekdays.EveryDay, TimeSpan.FromHours(3), TimeSpan.FromHours(3), 5)], 7).NextChange(Monday)); // Around the clock.
        Assert.Null(new BandwidthSchedule([new BandwidthWindow(Weekdays.EveryDay, TimeSpan.FromHours(3), TimeSpan.FromHours(4), 7)], 7).NextChange(Monday));
    }

    [Fact]
    public void Schedule_AnyWindows_AgreesWithAWalkMinuteByMinute()
    {
        var window =
            from days in Gen.Choose(1, 127)
            from start in Gen.Choose(0, 95)
            from end in Gen.Choose(1, 96)
            from rate in Gen.Elements<long?>(null, 0, 10, 20)
            select new BandwidthWindow((Weekdays)days, TimeSpan.FromMinutes(start * 15), TimeSpan.FromMinutes(end * 15), rate);
        var cases =
            from windows in window.ArrayOf()
            from otherwise in Gen.Elements<long?>(null, 0, 10)
            from at in Gen.Choose(0, 7 * 24 * 60 - 1)
            select (schedule: new BandwidthSchedule([.. windows.Take(4)], otherwise), at: Monday.AddMinutes(at));

        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            Assert.All(test.schedule.Windows, w => Assert.Null(w.Fault));
            Assert.Equal(Brute(test.schedule, test.at), test.schedule.RateAt(test.at));
            DateTimeOffset? next = null;
            for (var minutes = 1; minutes <= 7 * 24 * 60 && next is null; minutes++)
                if (Brute(test.schedule, test.at.AddMinutes(minutes)) != Brute(test.schedule, test.at)) next = test.at.AddMinutes(minutes);
            Assert.Equal(next, test.schedule.NextChange(test.at));
        }));

        // Marks every minute of the week that a window covers, from the definition.
        static long? Brute(BandwidthSchedule schedule, DateTimeOffset at)
        {
            const int Week = 7 * 24 * 60;
            var minute = (int)(at - Monday).TotalMinutes % Week;
            foreach (var w in schedule.Windows)
                for (var day = 0; day < 7; day++)
                {
                    if (((int)w.Days >> day & 1) == 0) continue;
                    var from = (day * 24 * 60) + (int)w.From.TotalMinutes;
                    var length = (int)(w.To - w.From).TotalMinutes;
                    if (length <= 0) length += 24 * 60;
                    if ((minute - from + Week) % Week < length) return w.BytesPerSecond;
                }

            return schedule.DefaultRate;
        }
    }

    [Theory]
    [InlineData(0, 0, 60, null)]
    [InlineData(128, 0, 60, null)]
    [InlineData(1, -1, 60, null)]
    [InlineData(1, 1440, 60, null)]
    [InlineData(1, 0, 0, null)]
    [InlineData(1, 0, 1441, null)]
    [InlineData(1, 0, 60, -1L)]
    public void Fault_WindowThatIsNone_SaysWhy(int days, int from, int to, long? rate) =>
        Assert.NotNull(new BandwidthWindow((Weekdays)days, TimeSpan.FromMinutes(from), TimeSpan.FromMinutes(to), rate).Fault);
}
