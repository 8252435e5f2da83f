using Hierarchy.Cli.Formats;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>How deadlines are read.</summary>
public sealed class DeadlineTests
{
    [Theory]
    [InlineData("2026-12-01T03:00:00Z", "2026-12-01T03:00:00Z")]
    [InlineData("2026-12-01T03:00:00+02:00", "2026-12-01T01:00:00Z")]
    [InlineData("2026-12-01T03:00", "2026-12-01T03:00:00Z")]
    [InlineData("2026-12-01", "2026-12-01T00:00:00Z")]
    [InlineData("+90m", "2026-10-04T13:30:00Z")]
    [InlineData("+12h", "2026-10-05T00:00:00Z")]
    [InlineData("+7d", "2026-10-11T12:00:00Z")]
    [InlineData("+2w", "2026-10-18T12:00:00Z")]
    [InlineData("+0.5d", "2026-10-05T00:00:00Z")]
    [InlineData("+7d 03:00", "2026-10-11T03:00:00Z")]
    [InlineData("+1w 23:59", "2026-10-11T23:59:00Z")]
    [InlineData("now", "2026-10-04T12:00:00Z")]
    public void Deadline_ThatIsATime_IsReadInUtc(string text, string expected)
    {
        var deadline = Deadline.Parse(text, Ran.Now);

        Assert.NotNull(deadline);
        Assert.Equal(expected, deadline.Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, deadline.Time.Offset);
    }

    [Theory]
    [InlineData("2026-12-01T03:00", true)]
    [InlineData("2026-12-01", true)]
    [InlineData("+7d 03:00", true)]
    [InlineData("2026-12-01T03:00Z", false)]
    [InlineData("2026-12-01T03:00+02:00", false)]
    [InlineData("+7d", false)]
    [InlineData("now", false)]
    public void Deadline_ThatNamesNoOffset_CanBeOnTheWall(string text, bool isTimeOfDay) => Assert.Equal(isTimeOfDay, Deadline.Parse(text, Ran.Now)?.IsTimeOfDay);

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("+d")]
    [InlineData("+7")]
    [InlineData("+7x")]
    [InlineData("+-7d")]
    [InlineData("+1e9d")]
    [InlineData("+99999999d")]
    [InlineData("7d")]
    [InlineData("+12h 03:00")]
    [InlineData("+0.5d 03:00")]
    [InlineData("+7d 25:00")]
    [InlineData("+7d noon")]
    [InlineData("yesterday")]
    [InlineData("12/01/2026")]
    [InlineData("2026-13-01")]
    public void Deadline_ThatIsNone_IsRefused(string text) => Assert.Null(Deadline.Parse(text, Ran.Now));
}
