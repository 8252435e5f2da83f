namespace Hierarchy.Domain.Sites;

/// <summary>A place with its own network: what is inside is near, what is outside is across a WAN.</summary>
/// <param name="Name">As the administrator wrote it; unique whatever the letter case.</param>
/// <param name="Subnets">The blocks of addresses that it owns.</param>
public sealed record Site(string Name, IReadOnlyList<Subnet> Subnets)
{
    /// <summary>The id of its time zone, of IANA or of Windows; empty for none. It counts for computers that do not say how far their clock is ahead.</summary>
    public string TimeZone { get; init; } = "";

    /// <summary>The zone; null where none is named, or this server's platform does not know it.</summary>
    public TimeZoneInfo? FindZone() => TimeZone.Length > 0 && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : null;
}
