using Hierarchy.Domain;

namespace Hierarchy.Content.Bandwidth;

/// <summary>The way to an origin is closed at this time of day. No failure of anybody: it is waited for, and no attempt is counted.</summary>
internal sealed class LinkClosedException(string message, DateTimeOffset? until) : UnavailableException(message)
{
    /// <summary>When the schedule changes next; null: never by itself.</summary>
    public DateTimeOffset? Until { get; } = until;
}
