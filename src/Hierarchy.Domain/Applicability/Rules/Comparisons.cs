namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>bt:ScalarComparison of the update schemas; the computer's value stands on the left.</summary>
internal enum ScalarComparison
{
    LessThan,
    LessThanOrEqualTo,
    EqualTo,
    GreaterThanOrEqualTo,
    GreaterThan,
}

/// <summary>bt:StringComparison of the update schemas; the computer's value stands on the left.</summary>
internal enum TextComparison
{
    EqualTo,
    BeginsWith,
    Contains,
    EndsWith,
}

/// <summary>bt:LoopLogic of the update schemas.</summary>
internal enum LoopLogic
{
    Any,
    All,
    None,
}

internal static class Comparisons
{
    /// <summary>Whether a comparison's sign (as CompareTo gives it) satisfies what the rule asks for.</summary>
    internal static bool Holds(this ScalarComparison comparison, int sign) => comparison switch
    {
        ScalarComparison.LessThan => sign < 0,
        ScalarComparison.LessThanOrEqualTo => sign <= 0,
        ScalarComparison.EqualTo => sign == 0,
        ScalarComparison.GreaterThanOrEqualTo => sign >= 0,
        _ => sign > 0,
    };

    // The registry preserves case and ignores it; so do these.
    internal static bool Holds(this TextComparison comparison, string found, string wanted) => comparison switch
    {
        TextComparison.EqualTo => string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase),
        TextComparison.BeginsWith => found.StartsWith(wanted, StringComparison.OrdinalIgnoreCase),
        TextComparison.Contains => found.Contains(wanted, StringComparison.OrdinalIgnoreCase),
        _ => found.EndsWith(wanted, StringComparison.OrdinalIgnoreCase),
    };
}
