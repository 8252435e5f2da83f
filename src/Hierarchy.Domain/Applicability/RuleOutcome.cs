namespace Hierarchy.Domain.Applicability;

/// <summary>The value of a rule tree and the rule in it that decided. Text is made only when somebody asks, so that a scan of many updates allocates little.</summary>
/// <param name="Truth">The value of the whole.</param>
/// <param name="Decider">The rule that decided.</param>
/// <param name="DeciderTruth">The value of that rule itself; the opposite of the whole below a Not.</param>
/// <param name="Detail">What was found, where that says more than the rule.</param>
public readonly record struct RuleOutcome(Truth Truth, ApplicabilityRule Decider, Truth DeciderTruth, string? Detail)
{
    /// <summary>`RegDword HKLM\SOFTWARE\X!Value EqualTo 1 is false: the value does not exist`.</summary>
    public string Explain()
    {
        var verdict = DeciderTruth switch { Truth.True => "is true", Truth.False => "is false", _ => "cannot be known" };
        return Detail is null ? $"{Decider} {verdict}" : $"{Decider} {verdict}: {Detail}";
    }

    internal RuleOutcome Negate() => this with
    {
        Truth = Truth switch { Truth.True => Truth.False, Truth.False => Truth.True, _ => Truth.Unknown },
    };
}
