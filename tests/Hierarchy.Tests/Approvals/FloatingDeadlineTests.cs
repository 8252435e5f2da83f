using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Xunit;

namespace Hierarchy.Tests.Approvals;

public sealed class FloatingDeadlineTests
{
    private static readonly DateTimeOffset ThreeOnTheWall = new(2026, 12, 1, 3, 0, 0, TimeSpan.Zero);

    // Clocks go forward by an hour at two on 29 March 2026, and back at three on 25 October.
    private static readonly TimeZoneInfo Site = TimeZoneInfo.CreateCustomTimeZone(
        "Site", TimeSpan.FromHours(1), "Site", "Site", "Site in summer",
        [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            new DateTime(2020, 1, 1), new DateTime(2030, 12, 31), TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday))]);

    [Theory]
    [InlineData("2026-12-01T03:00:00Z", -300, false, "2026-12-01T08:00:00Z")] // the computer's own offset
    [InlineData("2026-12-01T03:00:00Z", 330, true, "2026-11-30T21:30:00Z")] // counts before the zone of its site
    [InlineData("2026-12-01T03:00:00Z", null, true, "2026-12-01T02:00:00Z")] // the zone of its site: winter
    [InlineData("2026-07-01T03:00:00Z", null, true, "2026-07-01T01:00:00Z")] // summer
    [InlineData("2026-03-29T02:30:00Z", null, true, "2026-03-29T01:30:00Z")] // an hour that there is not: an hour after half past one
    [InlineData("2026-12-01T03:00:00Z", null, false, "2026-12-01T03:00:00Z")] // nothing is known: UTC
    public void MomentOf_TimeOnTheWall_IsAnotherMomentInEachZone(string wall, int? offset, bool hasSite, string expected)
    {
        var moment = FloatingDeadline.MomentOf(Time(wall), offset is { } minutes ? TimeSpan.FromMinutes(minutes) : null, hasSite ? Site : null);

        Assert.Equal(Time(expected), moment);
        Assert.Equal(TimeSpan.Zero, moment.Offset);
    }

    [Theory]
    [InlineData(true, 7, false)] // three o'clock there is eight in UTC
    [InlineData(true, 8, true)]
    [InlineData(false, 2, false)]
    [InlineData(false, 3, true)]
    public void IsDue_ByTheComputersOffset_FromTheDeadlineOn(bool isFloating, int hour, bool isDue)
    {
        var decision = new Decision(Entry(), DecisionAction.Install, ThreeOnTheWall) { IsDeadlineFloating = isFloating };

        Assert.Equal(isDue, FloatingDeadline.IsDue(decision, ThreeOnTheWall.AddHours(hour - 3), TimeSpan.FromHours(-5), site: null));
    }

    [Fact]
    public void IsDue_WithoutDeadline_Never() =>
        Assert.False(FloatingDeadline.IsDue(new Decision(Entry(), DecisionAction.Install, Deadline: null), DateTimeOffset.MaxValue, TimeSpan.Zero, site: null));

    [Fact]
    public void Hash_FloatingAndNot_Differ()
    {
        var moment = new Decision(Entry(), DecisionAction.Install, ThreeOnTheWall);

        Assert.NotEqual(moment.Hash(), (moment with { IsDeadlineFloating = true }).Hash());
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static CatalogEntry Entry() => new()
    {
        RevisionId = 1, Id = new RevisionId(Guid.Empty, 1), Sequence = 1, Type = UpdateType.Software, Title = "An update", DocumentDigest = new byte[32],
    };
}
