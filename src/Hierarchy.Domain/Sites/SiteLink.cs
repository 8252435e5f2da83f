using System.Globalization;

namespace Hierarchy.Domain.Sites;

/// <summary>A line between two sites, the same in both directions. Paths are chosen by cost alone; the schedule says what transfers may take of it.</summary>
public sealed record SiteLink
{
    /// <summary>The highest cost of one link.</summary>
    public const int MaxCost = 1_000_000;

    /// <summary>One end: a site's name.</summary>
    public required string From { get; init; }

    /// <summary>The other end.</summary>
    public required string To { get; init; }

    /// <summary>1 to <see cref="MaxCost"/>; a path costs the sum of its links.</summary>
    public required int Cost { get; init; }

    /// <summary>What it carries, and when.</summary>
    public BandwidthSchedule Schedule { get; init; } = BandwidthSchedule.Unlimited;

    /// <summary>Identifies the link: there is one between two sites at most.</summary>
    public string Key => KeyOf(From, To);

    /// <summary>The key of a link between two sites, whatever their order and letter case.</summary>
    public static string KeyOf(string from, string to)
    {
        var left = from.ToLower(CultureInfo.InvariantCulture);
        var right = to.ToLower(CultureInfo.InvariantCulture);
        return string.CompareOrdinal(left, right) <= 0 ? $"{left}\0{right}" : $"{right}\0{left}";
    }

    /// <summary>True when the site is one of its ends.</summary>
    public bool Touches(string site) => string.Equals(From, site, StringComparison.OrdinalIgnoreCase) || string.Equals(To, site, StringComparison.OrdinalIgnoreCase);
}
