namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>Which superseded updates are declined by themselves. Nothing but what a live update replaces ever is.</summary>
public sealed record DeclineRule
{
    /// <summary>Rules that a log may hold.</summary>
    public const int MaxRules = 50;

    /// <summary>The most days.</summary>
    public const int MaxDays = 3650;

    /// <summary>The days of WSUS's clean-up wizard.</summary>
    public const int DefaultDays = 30;

    /// <summary>The rule.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people; unique whatever the letter case.</summary>
    public required string Name { get; init; }

    /// <summary>It runs after each synchronization; off, it runs when somebody says so.</summary>
    public bool IsOn { get; init; }

    /// <summary>An update must have been here for so many days.</summary>
    public int OlderThanDays { get; init; } = DefaultDays;

    /// <summary>Also what a computer still needs.</summary>
    public bool EvenIfNeeded { get; init; }

    /// <summary>Also where what replaces it is not approved.</summary>
    public bool EvenIfNotReplaced { get; init; }
}
