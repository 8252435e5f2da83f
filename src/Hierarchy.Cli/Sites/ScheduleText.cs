using System.Globalization;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Sites;

/// <summary>Bandwidth schedules as people write them: windows like `mon-fri 08:00-18:00 2MB`, and a rate outside them.</summary>
internal static class ScheduleText
{
    public const string WindowForm = "DAYS FROM-TO RATE, like \"mon-fri 08:00-18:00 2MB\" or \"daily 22:00-06:00 unlimited\"";
    public const string RateForm = "bytes per second with a unit (500kB, 2MB, 4Mbit), closed, or unlimited";

    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    // The longer ones first: MB ends in B.
    private static readonly (string Unit, double Bytes)[] Units =
    [
        ("kbit", 125), ("mbit", 125_000), ("gbit", 125_000_000), ("kib", 1024), ("mib", 1024 * 1024), ("gib", 1024 * 1024 * 1024), ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("b", 1), ("", 1),
    ];

    /// <summary>A window.</summary>
    public static bool TryParseWindow(string text, out BandwidthWindow window, out string error)
    {
        window = new BandwidthWindow();
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        error = $"'{text}' is no window: write {WindowForm}.";
        if (parts.Length != 3) return false;
        var times = parts[1].Split('-');
        if (!TryParseDays(parts[0], out var days))
        {
            error = $"'{parts[0]}' names no days: write mon-fri, sat,sun, workdays, weekend or daily.";
            return false;
        }

        if (times.Length != 2 || !TryParseTime(times[0], out var from) || from == 24 * 60 || !TryParseTime(times[1], out var to) || to == 0)
        {
            error = $"'{parts[1]}' is no time of the day: write 08:00-18:00; a window that ends at midnight ends at 24:00, and 22:00-06:00 ends on the next day.";
            return false;
        }

        if (!TryParseRate(parts[2], out var rate, out error)) return false;
        window.Days = days;
        window.FromMinute = from;
        window.ToMinute = to;
        if (rate is { } bytes) window.BytesPerSecond = bytes;
        return true;
    }

    /// <summary>A rate: null is as much as the link carries, 0 is closed.</summary>
    public static bool TryParseRate(string text, out long? rate, out string error)
    {
        error = "";
        (rate, var lower) = (null, text.Trim().ToLowerInvariant());
        if (lower == "unlimited") return true;
        rate = 0;
        if (lower == "closed") return true;
        if (lower.EndsWith("/s", StringComparison.Ordinal)) lower = lower[..^2];
        var (unit, bytes) = Units.First(unit => lower.EndsWith(unit.Unit, StringComparison.Ordinal));
        if (double.TryParse(lower[..^unit.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count) && count * bytes is >= 1 and < long.MaxValue)
        {
            rate = (long)(count * bytes);
            return true;
        }

        error = $"'{text}' is no rate: write {RateForm}.";
        return false;
    }

    /// <summary>A whole schedule on one line: windows and, at last, `otherwise RATE`, with semicolons between.</summary>
    public static bool TryParse(string text, out BandwidthSchedule schedule, out string error)
    {
        (schedule, error) = (new BandwidthSchedule(), "");
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("otherwise ", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryParseRate(part["otherwise ".Length..], out var rate, out error)) return false;
                if (rate is { } bytes) schedule.DefaultRate = bytes;
                else schedule.ClearDefaultRate();
            }
            else if (!part.Equals("unlimited", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryParseWindow(part, out var window, out error)) return false;
                schedule.Windows.Add(window);
            }
        }

        return true;
    }

    /// <summary>The same, as <see cref="TryParse"/> reads it.</summary>
    public static string Format(BandwidthSchedule? schedule)
    {
        if (schedule is null || (schedule.Windows.Count == 0 && !schedule.HasDefaultRate)) return "unlimited";
        var otherwise = $"otherwise {Rate(schedule.HasDefaultRate ? schedule.DefaultRate : null)}";
        return string.Join("; ", schedule.Windows.Select(Window).Append(otherwise));
    }

    /// <summary>A rate.</summary>
    public static string Rate(long? rate) => rate switch
    {
        null => "unlimited",
        0 => "closed",
        _ when rate % 1_000_000 == 0 => $"{rate / 1_000_000}MB/s",
        _ when rate % 1_000 == 0 => $"{rate / 1_000}kB/s",
        _ => $"{rate}B/s",
    };

    /// <summary>The days, as they are written.</summary>
    public static string DaysOf(int days)
    {
        if (days == 127) return "daily";
        var runs = new List<string>();
        for (var first = 0; first < 7; first++)
        {
            if ((days >> first & 1) == 0) continue;
            var last = first;
            while (last < 6 && (days >> (last + 1) & 1) != 0) last++;
            runs.Add(last == first ? Days[first] : last == first + 1 ? $"{Days[first]},{Days[last]}" : $"{Days[first]}-{Days[last]}");
            first = last;
        }

        return string.Join(',', runs);
    }

    /// <summary>A time of the day.</summary>
    public static string Time(int minutes) => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:00}:{minutes % 60:00}");

    private static string Window(BandwidthWindow window) =>
        $"{DaysOf(window.Days)} {Time(window.FromMinute)}-{Time(window.ToMinute)} {Rate(window.HasBytesPerSecond ? window.BytesPerSecond : null)}";

    private static bool TryParseDays(string text, out int days)
    {
        days = text.ToLowerInvariant() switch { "daily" or "mon-sun" => 127, "workdays" => 31, "weekend" => 96, _ => 0 };
        if (days != 0) return true;
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            var first = Array.IndexOf(Days, ends[0].ToLowerInvariant());
            var last = Array.IndexOf(Days, ends[^1].ToLowerInvariant());
            if (ends.Length > 2 || first < 0 || last < 0) return false;
            // fri-mon passes the end of the week.
            for (var day = first; ; day = (day + 1) % 7)
            {
                days |= 1 << day;
                if (day == last) break;
            }
        }

        return true;
    }

    private static bool TryParseTime(string text, out int minutes)
    {
        minutes = 0;
        var parts = text.Split(':');
        if (parts.Length != 2 || parts[1].Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hour) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minute)) return false;
        minutes = (hour * 60) + minute;
        return minute < 60 && minutes <= 24 * 60;
    }
}
