namespace Hierarchy.Domain.Synchronization;

/// <summary>A schedule and its next start: what a server keeps, so that a time that it slept through is made up for once.</summary>
/// <param name="Schedule">When synchronizations start by themselves.</param>
/// <param name="Next">The next start, its random offset included; null for never.</param>
public sealed record SyncAgenda(SyncSchedule Schedule, DateTimeOffset? Next)
{
    /// <summary>A start that was missed happens so long after the server is there again, once however many were missed.</summary>
    public static readonly TimeSpan SoonAfterStart = TimeSpan.FromMinutes(1);

    /// <summary>No synchronization starts by itself.</summary>
    public static SyncAgenda Never { get; } = new(default, Next: null);

    /// <summary>Another schedule, from now on.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="now">Now.</param>
    /// <param name="zone">The server's.</param>
    /// <param name="random">0 to 1: how much of the largest offset.</param>
    public static SyncAgenda Plan(SyncSchedule schedule, DateTimeOffset now, TimeZoneInfo zone, double random) =>
        new(schedule, schedule.NextAfter(now, zone) + (SyncSchedule.LargestOffset * random));

    /// <summary>As it goes on after a start of the server.</summary>
    public SyncAgenda Resume(DateTimeOffset now) => Next < now ? this with { Next = now + SoonAfterStart } : this;

    /// <summary>True when it is time.</summary>
    public bool IsDue(DateTimeOffset now) => Next <= now;

    /// <summary>After a start: the next one. With an offset a start may be later than the next time of a close schedule, which then is passed over.</summary>
    public SyncAgenda After(DateTimeOffset now, TimeZoneInfo zone, double random) => Plan(Schedule, now, zone, random);
}
