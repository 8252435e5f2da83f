using System.Globalization;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Formats;

/// <summary>A deadline counted from an approval, as people write it: +7d@03:00, so many days later at a time of day.</summary>
internal static class RuleDeadlineText
{
    public const string Accepted = "Give days and a time of day, like +7d@03:00 (or \"+7d 03:00\"): 0 to 365 days after the approval.";

    private const int MaxDays = 365;

    /// <summary>Null for what is none.</summary>
    public static RuleDeadline? Parse(string text, bool floating)
    {
        var parts = text.Split(['@', ' '], 2, StringSplitOptions.TrimEntries);
        if (parts is not [['+', .. var count, 'd'], var time]) return null;
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days > MaxDays) return null;
        return TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? new RuleDeadline { Days = days, MinuteOfDay = (at.Hour * 60) + at.Minute, Floating = floating }
            : null;
    }

    /// <summary>As it is read again; null for none.</summary>
    public static string? Write(RuleDeadline? deadline) =>
        deadline is null ? null : string.Create(CultureInfo.InvariantCulture, $"+{deadline.Days}d@{deadline.MinuteOfDay / 60:00}:{deadline.MinuteOfDay % 60:00}");
}
