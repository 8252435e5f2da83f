using System.Globalization;

namespace Hierarchy.Cli.Formats;

/// <summary>
/// A deadline as it was written: a time in ISO 8601 (UTC where it names no offset), so long from now (+90m, +12h, +7d, +2w), a time of day in so many days (+7d 03:00), or now.
/// </summary>
/// <param name="Time">In UTC.</param>
/// <param name="IsTimeOfDay">It says what a clock shows, and no offset: it can also be by the clock on each computer's wall.</param>
internal sealed record Deadline(DateTimeOffset Time, bool IsTimeOfDay)
{
    public const string Accepted = "Give a time like 2026-12-01T03:00:00Z, one from now like +12h or +7d (m, h, d, w), a time of day like \"+7d 03:00\", or now.";

    // A century: what is later is a slip of the finger.
    private const double LongestDays = 36_500;

    private static readonly string[] TimesOfDay = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];
    private static readonly string[] Moments = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Null for what is no deadline.</summary>
    public static Deadline? Parse(string text, DateTimeOffset now)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (text == "now") return new Deadline(now.ToUniversalTime(), IsTimeOfDay: false);
        if (!text.StartsWith('+'))
            return DateTimeOffset.TryParseExact(text, TimesOfDay, CultureInfo.InvariantCulture, utc, out var time) ? new Deadline(time, IsTimeOfDay: true)
                : DateTimeOffset.TryParseExact(text, Moments, CultureInfo.InvariantCulture, utc, out time) ? new Deadline(time, IsTimeOfDay: false)
                : null;

        var parts = text.Split(' ', 2, StringSplitOptions.TrimEntries);
        if (DaysOf(parts[0]) is not { } days) return null;
        if (parts.Length == 1) return new Deadline(now.ToUniversalTime() + TimeSpan.FromDays(days), IsTimeOfDay: false);
        // Days of a calendar, so whole ones.
        if (parts[0][^1] is not ('d' or 'w') || days != Math.Floor(days) || !TimeOnly.TryParseExact(parts[1], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var timeOfDay)) return null;
        return new Deadline(new DateTimeOffset(now.UtcDateTime.Date.AddDays(days) + timeOfDay.ToTimeSpan(), TimeSpan.Zero), IsTimeOfDay: true);
    }

    private static double? DaysOf(string text)
    {
        if (text.Length < 3 || !double.TryParse(text[1..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) return null;
        double? days = text[^1] switch { 'm' => count / 1440, 'h' => count / 24, 'd' => count, 'w' => count * 7, _ => null };
        return days is >= 0 and <= LongestDays ? days : null;
    }
}
