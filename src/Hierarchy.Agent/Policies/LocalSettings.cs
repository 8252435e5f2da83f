using System.Text.Json;
using Hierarchy.Domain.Policies;

namespace Hierarchy.Agent.Policies;

/// <summary>What the administrator of this computer chose, for policies that leave it to that one (au-options 5): `settings.json` in the state folder.</summary>
/// <param name="Mode">Null: what is found is installed at once.</param>
/// <param name="Schedule">When to install where that is scheduled.</param>
/// <param name="Fault">Why the file means nothing; null when it does.</param>
internal sealed record LocalSettings(AutomaticUpdates? Mode, InstallSchedule? Schedule, string? Fault)
{
    internal const string FileName = "settings.json";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Nothing chosen.</summary>
    internal static LocalSettings None { get; } = new(null, null, null);

    /// <summary>Reads the file; one that means nothing keeps everything from being done by itself, and says why.</summary>
    internal static LocalSettings Read(string path)
    {
        if (!File.Exists(path)) return None;
        try
        {
            var stored = JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(path), Json) ?? new Stored(null, null, null);
            var schedule = stored.ScheduleDay is null && stored.ScheduleHour is null ? (InstallSchedule?)null : new InstallSchedule(stored.ScheduleDay ?? 0, stored.ScheduleHour ?? InstallSchedule.Default.Hour);
            if (stored.AuOptions is not (null or 2 or 3 or 4 or 7)) return Wrong($"au_options is 2, 3, 4 or 7, not {stored.AuOptions}");
            return schedule is { IsValid: false } ? Wrong("schedule_day is 0 to 7, schedule_hour 0 to 23") : new LocalSettings((AutomaticUpdates?)stored.AuOptions, schedule, Fault: null);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return Wrong(exception.Message);
        }

        LocalSettings Wrong(string why) => new(AutomaticUpdates.Notify, null, $"{path} cannot be used, so that nothing is fetched or installed by itself: {why}.");
    }

    private sealed record Stored(int? AuOptions, int? ScheduleDay, int? ScheduleHour);
}
