namespace Hierarchy.Domain.Policies;

/// <summary>When updates are installed, by the clock on the computer's wall.</summary>
/// <param name="Day">0 every day; 1 Sunday to 7 Saturday, as Windows counts.</param>
/// <param name="Hour">0 to 23.</param>
public readonly record struct InstallSchedule(int Day, int Hour)
{
    /// <summary>Daily at 3 in the morning.</summary>
    public static InstallSchedule Default { get; } = new(0, 3);

    /// <summary>True when there is such a day and hour.</summary>
    public bool IsValid => Day is >= 0 and <= 7 && Hour is >= 0 and <= 23;

    /// <summary>The first scheduled time after a moment, both by the clock on the wall.</summary>
    public DateTime NextAfter(DateTime wall)
    {
        var next = wall.Date.AddHours(Hour);
        while (next <= wall || (Day != 0 && (int)next.DayOfWeek != Day - 1)) next = next.AddDays(1);
        return next;
    }

    /// <summary>`daily 03:00`, `sunday 22:00`.</summary>
    public override string ToString() => $"{(Day == 0 ? "daily" : ((DayOfWeek)(Day - 1)).ToString().ToLowerInvariant())} {Hour:00}:00";
}
