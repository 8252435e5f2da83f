namespace Hierarchy.Domain.Groups;

/// <summary>A rule whose texts were understood once. Asking it allocates nothing.</summary>
internal sealed class CompiledRule
{
    private readonly string[] _names;
    private readonly Sites.Subnet[] _subnets;
    private readonly string[] _sites;
    private readonly OsVersionCondition?[] _versions;
    private readonly string[] _models;
    private readonly bool _canHold;

    public CompiledRule(GroupRule rule)
    {
        Rule = rule;
        _names = [.. rule.ComputerNames];
        _subnets = [.. rule.Subnets];
        _sites = [.. rule.Sites];
        _versions = [.. rule.OsVersions.Select(text => OsVersionCondition.TryParse(text, out var condition, out _) ? condition : null)];
        _models = [.. rule.Models];
        _canHold = rule.IsUnderstood && rule.ConditionKinds > 0;
    }

    public GroupRule Rule { get; }

    public bool Holds(ComputerFacts facts, string? site) =>
        _canHold && HasName(facts.Name) && HasAddress(facts.Address) && HasSite(site) && HasVersion(facts.OsVersion) && HasModel(facts);

    public IReadOnlyList<string> Unmet(ComputerFacts facts, string? site)
    {
        var unmet = new List<string>();
        if (!Rule.IsUnderstood) unmet.Add("a later version made it, with conditions that this server does not know");
        else if (!_canHold) unmet.Add("it has no condition");
        if (!HasName(facts.Name)) unmet.Add($"its name {Shown(facts.Name)} is none of {List(Rule.ComputerNames)}");
        if (!HasAddress(facts.Address)) unmet.Add($"its address {facts.Address?.ToString() ?? "(not known)"} is in none of {List(Rule.Subnets.Select(subnet => subnet.ToString()))}");
        if (!HasSite(site)) unmet.Add($"its site {Shown(site ?? "")} is none of {List(Rule.Sites)}");
        if (!HasVersion(facts.OsVersion)) unmet.Add($"its version {Shown(facts.OsVersion)} is none of {List(Rule.OsVersions)}");
        if (!HasModel(facts)) unmet.Add($"its model {Shown($"{facts.Manufacturer} {facts.Model}".Trim())} is none of {List(Rule.Models)}");
        return unmet;
    }

    private bool HasName(string name)
    {
        if (_names.Length == 0) return true;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        foreach (var pattern in _names)
            if (name.Length > 0 && (Wildcard.Matches(pattern, name) || (dot > 0 && Wildcard.Matches(pattern, name.AsSpan(0, dot)))))
                return true;
        return false;
    }

    private bool HasAddress(System.Net.IPAddress? address)
    {
        if (_subnets.Length == 0) return true;
        if (address is null) return false;
        foreach (var subnet in _subnets)
            if (subnet.Contains(address))
                return true;
        return false;
    }

    private bool HasSite(string? site)
    {
        if (_sites.Length == 0) return true;
        foreach (var name in _sites)
            if (string.Equals(name, site, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private bool HasVersion(string version)
    {
        if (_versions.Length == 0) return true;
        foreach (var condition in _versions)
            if (condition is not null && condition.Matches(version))
                return true;
        return false;
    }

    private bool HasModel(ComputerFacts facts)
    {
        if (_models.Length == 0) return true;
        Span<char> both = stackalloc char[(2 * ComputerFacts.MaxText) + 1];
        var length = 0;
        if (facts.Manufacturer.Length is > 0 and <= ComputerFacts.MaxText && facts.Model.Length is > 0 and <= ComputerFacts.MaxText)
        {
            facts.Manufacturer.CopyTo(both);
            both[facts.Manufacturer.Length] = ' ';
            facts.Model.CopyTo(both[(facts.Manufacturer.Length + 1)..]);
            length = facts.Manufacturer.Length + 1 + facts.Model.Length;
        }

        foreach (var pattern in _models)
            if ((facts.Model.Length > 0 && Wildcard.Matches(pattern, facts.Model)) || (facts.Manufacturer.Length > 0 && Wildcard.Matches(pattern, facts.Manufacturer)) || (length > 0 && Wildcard.Matches(pattern, both[..length])))
                return true;
        return false;
    }

    private static string Shown(string text) => text.Length == 0 ? "(not known)" : text;

    private static string List(IEnumerable<string> values) => string.Join(", ", values);
}
