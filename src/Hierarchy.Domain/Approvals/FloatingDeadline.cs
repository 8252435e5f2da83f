namespace Hierarchy.Domain.Approvals;

/// <summary>
/// A deadline by the clock on the wall: "03:00" is a different moment in each zone. It is kept, replicated and sent as the time that the wall shall show, written as if it were UTC, so that
/// every server holds the same bytes; whoever acts on it adds what it alone knows, the computer's offset.
/// </summary>
public static class FloatingDeadline
{
    /// <summary>The moment at which it falls due on one computer.</summary>
    /// <param name="wall">What the wall shows then, as if it were UTC.</param>
    /// <param name="offset">The computer's own offset from UTC; null where it reported none.</param>
    /// <param name="site">The zone of its site, which counts then; null where none is known: UTC.</param>
    public static DateTimeOffset MomentOf(DateTimeOffset wall, TimeSpan? offset, TimeZoneInfo? site)
    {
        var local = DateTime.SpecifyKind(wall.UtcDateTime, DateTimeKind.Unspecified);
        if (offset is { } own) return new DateTimeOffset(local, own).ToUniversalTime();
        if (site is null) return wall.ToUniversalTime();
        // In the hour that a spring leaves out, the clock goes on from what it showed before: the offset before the gap.
        return new DateTimeOffset(local, site.IsInvalidTime(local) ? site.GetUtcOffset(local.AddHours(-1)) : site.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>True from the deadline on: at the next contact, whatever the user says. A deadline of the past is due at once.</summary>
    public static bool IsDue(in Decision decision, DateTimeOffset now, TimeSpan? offset, TimeZoneInfo? site) =>
        decision.Deadline is { } deadline && now >= (decision.IsDeadlineFloating ? MomentOf(deadline, offset, site) : deadline);
}
