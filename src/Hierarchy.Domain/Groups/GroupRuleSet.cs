namespace Hierarchy.Domain.Groups;

/// <summary>All rules, ready to be asked for each computer. Immutable; in which order rules were made does not matter.</summary>
public sealed class GroupRuleSet
{
    private readonly CompiledRule[] _rules;

    /// <summary>Makes them ready.</summary>
    public GroupRuleSet(IEnumerable<GroupRule> rules)
    {
        _rules = [.. rules.OrderBy(rule => rule.Name, StringComparer.OrdinalIgnoreCase).ThenBy(rule => rule.Id).Select(rule => new CompiledRule(rule))];
        UsesSites = _rules.Any(compiled => compiled.Rule.Sites.Count > 0);
        All = [.. _rules.Select(compiled => compiled.Rule)];
    }

    /// <summary>No rules.</summary>
    public static GroupRuleSet Empty { get; } = new([]);

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<GroupRule> All { get; }

    /// <summary>True when some rule asks where a computer is: then sites decide, too.</summary>
    public bool UsesSites { get; }

    /// <summary>The rule of that name, whatever the letter case; null for none.</summary>
    public GroupRule? Find(string name) => All.FirstOrDefault(rule => string.Equals(rule.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The rules that hold for a computer.</summary>
    /// <param name="facts">What is known of it.</param>
    /// <param name="site">The site that it is in; null for none.</param>
    /// <param name="into">Gets them, by name.</param>
    public void Match(ComputerFacts facts, string? site, List<GroupRule> into)
    {
        foreach (var compiled in _rules)
            if (compiled.Holds(facts, site))
                into.Add(compiled.Rule);
    }

    /// <summary>Why the rule does not hold for a computer, each condition in words; nothing when it does.</summary>
    public static IReadOnlyList<string> Unmet(GroupRule rule, ComputerFacts facts, string? site) => new CompiledRule(rule).Unmet(facts, site);
}
