using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>All rules.</summary>
internal sealed record GroupRuleListDocument(string Targeting, IReadOnlyList<GroupRuleBody> Rules);

/// <summary>A rule that is durable, or would be.</summary>
internal sealed record GroupRuleAddedDocument(GroupRuleBody Rule, bool WhatIf, int ComputersJoined, GroupEffectBody Effect, PositionDocument? Position, EffectsBody? Effects);

/// <summary>A rule that is gone, or would be.</summary>
internal sealed record GroupRuleRemovedDocument(GroupRuleBody Rule, bool WhatIf, int ComputersLeft, GroupEffectBody Effect, PositionDocument? Position, EffectsBody? Effects);

/// <summary>Rules held against a computer, and where it is.</summary>
internal sealed record GroupRulesTestedDocument(
    string ComputerId, string Computer, string? Site, string Targeting, IReadOnlyList<TestedRuleBody> Rules, IReadOnlyList<GroupPlaceBody> Places);

/// <summary>One of them.</summary>
internal sealed record TestedRuleBody(string Name, string? Group, bool Holds, IReadOnlyList<string> Unmet)
{
    public static TestedRuleBody From(TestedGroupRule rule) => new(rule.Name, Wire.NullIfEmpty(rule.Group), rule.Holds, [.. rule.Unmet]);
}

/// <summary>A rule, and for how many of the known computers it holds.</summary>
internal sealed record GroupRuleBody(
    string? RuleId, string Name, string? Group, IReadOnlyList<string> ComputerNames, IReadOnlyList<string> Subnets, IReadOnlyList<string> Sites, IReadOnlyList<string> OsVersions,
    IReadOnlyList<string> Models, int Computers, bool NotUnderstood)
{
    /// <summary>Its conditions in words.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Conditions => string.Join("; ", new[] { ("name", ComputerNames), ("subnet", Subnets), ("site", Sites), ("version", OsVersions), ("model", Models) }
        .Where(kind => kind.Item2.Count > 0).Select(kind => $"{kind.Item1} {string.Join(" or ", kind.Item2)}"));

    public static GroupRuleBody From(GroupRule rule) => new(
        Wire.Guid(rule.Record.RuleId), rule.Record.Name, Wire.NullIfEmpty(rule.Group), [.. rule.Record.ComputerNames], [.. rule.Record.Subnets], [.. rule.Record.Sites], [.. rule.Record.OsVersions],
        [.. rule.Record.Models], rule.Computers, rule.NotUnderstood);
}

/// <summary>A group that a computer is in, and who says so: `administrator`, `rule`, `computer` or `nobody`.</summary>
internal sealed record GroupPlaceBody(string Group, string By, string? Rule)
{
    /// <summary>In words.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Sentence => By switch
    {
        "administrator" => $"{Group} (assigned)",
        "rule" => $"{Group} (by the rule '{Rule}')",
        "computer" => $"{Group} (named by it)",
        _ => Group,
    };

    public static GroupPlaceBody From(GroupPlace place) => new(place.Group, place.By.ToString().ToLowerInvariant(), Wire.NullIfEmpty(place.Rule));
}
