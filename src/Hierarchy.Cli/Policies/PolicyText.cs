using System.Globalization;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Policies;

/// <summary>Reads the values of a policy as people write them.</summary>
internal static class PolicyText
{
    public const string On = "on";
    public const string Off = "off";
    public const string None = "none";
    public const string Schedules = "`daily` or a weekday, and a full hour: \"daily 03:00\", \"sunday 22:00\"";

    /// <summary>What `policy set` can decide, as the server calls it.</summary>
    public static readonly string[] Fields =
    [
        "au-options", "detect-every", "schedule", "no-reboot-with-users", "always-reboot", "reboot-warning", "reboot-reminder", "install-minor", "tell-non-admins", "block-users", "include-recommended",
        "alternate-server", "office-per-user", "office-licence", "block-office-online",
    ];

    public static bool TryParseSchedule(string text, out InstallSchedule schedule)
    {
        schedule = new InstallSchedule();
        var words = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2) return false;
        int? day = words[0].ToLowerInvariant() switch
        {
            "daily" or "everyday" => 0,
            "sunday" or "sun" => 1,
            "monday" or "mon" => 2,
            "tuesday" or "tue" => 3,
            "wednesday" or "wed" => 4,
            "thursday" or "thu" => 5,
            "friday" or "fri" => 6,
            "saturday" or "sat" => 7,
            _ => null,
        };
        if (day is null || !TimeOnly.TryParseExact(words[1], ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) || time.Minute != 0) return false;
        (schedule.Day, schedule.Hour) = (day.Value, time.Hour);
        return true;
    }

    /// <summary>A whole number with that unit behind it: `4h`, `15m`.</summary>
    public static bool TryParse(string text, char unit, out int count)
    {
        count = 0;
        text = text.Trim();
        return text.Length > 1 && text[^1] == unit && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }
}
