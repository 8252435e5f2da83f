namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>A deadline so many days after the approval, at a time of day.</summary>
/// <param name="Days">0 for the day of the approval itself, in UTC: a time that is past then means at the next contact.</param>
/// <param name="TimeOfDay">To the minute.</param>
/// <param name="IsFloating">By the clock on each computer's wall: <see cref="FloatingDeadline"/>; else UTC.</param>
public sealed record RuleDeadline(int Days, TimeOnly TimeOfDay, bool IsFloating)
{
    /// <summary>The most days.</summary>
    public const int MaxDays = 365;

    /// <summary>The deadline of what is approved now.</summary>
    public DateTimeOffset Of(DateTimeOffset now) => new(now.UtcDateTime.Date.AddDays(Days) + TimeOfDay.ToTimeSpan(), TimeSpan.Zero);
}
