using System.Text.Json;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Policies;

namespace Hierarchy.Agent.Policies;

/// <summary>
/// When the next scheduled installation is: `schedule.json`, written ahead, so that one that was missed (the computer was off, or the agent was) is known at the next start and made good one minute after it, as Automatic
/// Updates does. Times are moments; a schedule is by the clock on the wall.
/// </summary>
internal sealed class InstallClock(StateFolder folder, TimeProvider time)
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(1);

    private Stored? _stored;
    private bool _isRead;

    /// <summary>The agent stays: what was missed waits a minute after its start. Otherwise it is made good at once.</summary>
    internal bool IsStaying { get; set; }

    private string Path => folder.Combine("schedule.json");

    /// <summary>The moment from which on what waits for the schedule is installed.</summary>
    internal DateTimeOffset NextOf(InstallSchedule schedule)
    {
        if (!_isRead)
        {
            (_stored, _isRead) = (Read(), true);
            if (IsStaying && _stored is { } missed && missed.Next <= time.GetUtcNow()) _stored = missed with { Next = time.GetUtcNow() + AfterStart };
        }

        // Another schedule begins anew: what it would have meant for yesterday was not missed.
        if (_stored is not { } stored || stored.Schedule != schedule.ToString()) return Put(schedule);
        return stored.Next;
    }

    /// <summary>What waited was installed, or there was nothing: from here on the next time counts.</summary>
    internal void Passed(InstallSchedule schedule)
    {
        if (NextOf(schedule) <= time.GetUtcNow()) Put(schedule);
    }

    private DateTimeOffset Put(InstallSchedule schedule)
    {
        var zone = time.LocalTimeZone;
        var wall = schedule.NextAfter(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime);
        // In the hour that a spring leaves out, the clock goes on from what it showed before.
        var next = new DateTimeOffset(wall, zone.IsInvalidTime(wall) ? zone.GetUtcOffset(wall.AddHours(-1)) : zone.GetUtcOffset(wall)).ToUniversalTime();
        _stored = new Stored(schedule.ToString(), next);
        AtomicFile.Write(Path, JsonSerializer.SerializeToUtf8Bytes(_stored));
        return next;
    }

    private Stored? Read()
    {
        try
        {
            return File.Exists(Path) ? JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(Path)) : null;
        }
        catch (JsonException)
        {
            return null; // Written anew: one scheduled time may be lost, none is invented.
        }
    }

    private sealed record Stored(string Schedule, DateTimeOffset Next);
}
