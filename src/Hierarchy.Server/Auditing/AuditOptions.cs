namespace Hierarchy.Server.Auditing;

/// <summary>How long the server that decides keeps the entries of who decided what. Whichever limit is reached first counts.</summary>
internal sealed class AuditOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Audit";

    /// <summary>How long an entry stays; zero: as long as <see cref="Most"/> lets it.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How many entries stay, the newest; zero: as many as there are.</summary>
    public int Most { get; set; } = 100_000;

    /// <summary>How often old entries are looked for.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Every error at once; empty when the options are usable.</summary>
    public IEnumerable<string> Validate()
    {
        if (Keep < TimeSpan.Zero) yield return $"{Section}:{nameof(Keep)} is {Keep}; say 0 for no limit, or how long, e.g. 365.00:00:00 for a year.";
        if (Most < 0) yield return $"{Section}:{nameof(Most)} is {Most}; say 0 for no limit, or how many entries are kept.";
        if (Interval <= TimeSpan.Zero) yield return $"{Section}:{nameof(Interval)} is {Interval}; it must be above zero.";
    }
}
