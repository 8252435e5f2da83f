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
    public void Deadline_ThatIsATime_IsReadInUtc(string text, string expected)
    {
        Assert.True(Deadline.TryParse(text, Ran.Now, out var deadline));
        Assert.Equal(expected, deadline.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, deadline.Offset);
    }

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
    [InlineData("12/01/2026")]
    [InlineData("2026-13-01")]
    public void Deadline_ThatIsNone_IsRefused(string text) => Assert.False(Deadline.TryParse(text, Ran.Now, out _));
}
