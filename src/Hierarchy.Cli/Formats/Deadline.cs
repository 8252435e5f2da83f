using System.Globalization;

namespace Hierarchy.Cli.Formats;

/// <summary>Reads a deadline: a time in ISO 8601 (UTC where it names no offset), or so long from now: +90m, +12h, +7d, +2w.</summary>
internal static class Deadline
{
    public const string Accepted = "Give a time like 2026-12-01T03:00:00Z, or one from now like +12h or +7d (m, h, d, w).";

    // A century: what is later is a slip of the finger.
    private const double LongestDays = 36_500;

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset deadline)
    {
        deadline = default;
        if (!text.StartsWith('+'))
            return DateTimeOffset.TryParseExact(
                text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out deadline);

        if (text.Length < 3 || !double.TryParse(text[1..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) return false;
        double? days = text[^1] switch { 'm' => count / 1440, 'h' => count / 24, 'd' => count, 'w' => count * 7, _ => null };
        if (days is not (>= 0 and <= LongestDays)) return false;
        deadline = now.ToUniversalTime() + TimeSpan.FromDays(days.Value);
        return true;
    }
}
