using Hierarchy.Domain.Sites;

namespace Hierarchy.Domain.Groups;

/// <summary>
/// Puts computers into a group by what is known of them. Every kind of condition that it has must hold, each by any one of its values; a rule without conditions puts nobody anywhere. Rules are evaluated where
/// the computer asks, with the address that is seen there.
/// </summary>
public sealed record GroupRule
{
    /// <summary>The longest name.</summary>
    public const int MaxNameLength = 256;

    /// <summary>The most values of all conditions together.</summary>
    public const int MaxValues = 64;

    /// <summary>The longest pattern.</summary>
    public const int MaxPatternLength = 256;

    /// <summary>The most rules of one authority.</summary>
    public const int MaxRules = 1000;

    /// <summary>Its id, the same on every server.</summary>
    public required Guid Id { get; init; }

    /// <summary>Unique whatever the letter case.</summary>
    public required string Name { get; init; }

    /// <summary>The group that it puts computers into.</summary>
    public required Guid GroupId { get; init; }

    /// <summary>Patterns of the computer's name, with or without its domain.</summary>
    public IReadOnlyList<string> ComputerNames { get; init; } = [];

    /// <summary>Blocks of addresses.</summary>
    public IReadOnlyList<Subnet> Subnets { get; init; } = [];

    /// <summary>Names of sites.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>Versions of the operating system: <see cref="OsVersionCondition"/>.</summary>
    public IReadOnlyList<string> OsVersions { get; init; } = [];

    /// <summary>Patterns of the model, of its maker, or of both with a space between.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>False for one of a later version with conditions that this version does not know: it puts nobody anywhere here.</summary>
    public bool IsUnderstood { get; init; } = true;

    /// <summary>Kinds of conditions that it has.</summary>
    public int ConditionKinds => new[] { ComputerNames.Count, Subnets.Count, Sites.Count, OsVersions.Count, Models.Count }.Count(count => count > 0);

    /// <summary>All that is wrong with it, in words; nothing when it may be kept.</summary>
    public IEnumerable<string> Faults()
    {
        if (Name.Length is 0 or > MaxNameLength || Name.Any(char.IsControl)) yield return $"A rule's name has 1 to {MaxNameLength} characters, none of them control characters.";
        if (ConditionKinds == 0) yield return "A rule has a condition: --computer-name, --subnet, --site, --os-version or --model.";
        if (ComputerNames.Count + Subnets.Count + Sites.Count + OsVersions.Count + Models.Count > MaxValues) yield return $"A rule has at most {MaxValues} values; make several rules for the group.";
        foreach (var pattern in ComputerNames.Concat(Models).Concat(OsVersions))
            if (pattern.Trim().Length is 0 or > MaxPatternLength)
                yield return $"A pattern has 1 to {MaxPatternLength} characters.";
        foreach (var version in OsVersions)
            if (!OsVersionCondition.TryParse(version, out _, out var error))
                yield return error;
    }
}
