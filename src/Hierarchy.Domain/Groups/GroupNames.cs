namespace Hierarchy.Domain.Groups;

/// <summary>Names of groups as computers list them.</summary>
public static class GroupNames
{
    /// <summary>Stands between names; no group has it in its name.</summary>
    public const char Divider = ';';

    /// <summary>Single names, trimmed, in order, each once whatever the letter case: one text may list several, as the policy `TargetGroup` does.</summary>
    public static IReadOnlyList<string> Split(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => text.Split(Divider, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.OrdinalIgnoreCase)];
}
