namespace Hierarchy.Domain.Applicability.Rules;

internal sealed class ConstantRule(bool value) : ApplicabilityRule(value ? "True" : "False")
{
    internal override RuleOutcome Evaluate(in RuleContext context) => Is(value);

    private protected override string Describe() => "";
}

/// <summary>Holds when all operands hold. One that does not hold decides, whatever is unknown beside it.</summary>
internal sealed class AndRule(ApplicabilityRule[] operands) : ApplicabilityRule("And")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        RuleOutcome? unknown = null;
        foreach (var operand in operands)
        {
            var outcome = operand.Evaluate(context);
            if (outcome.Truth == Truth.False) return outcome;
            if (outcome.Truth == Truth.Unknown) unknown ??= outcome;
        }

        return unknown ?? Is(true);
    }

    private protected override string Describe() => $"of {operands.Length} rules";
}

/// <summary>Holds when one operand holds. One that holds decides, whatever is unknown beside it.</summary>
internal sealed class OrRule(ApplicabilityRule[] operands) : ApplicabilityRule("Or")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        RuleOutcome? unknown = null;
        foreach (var operand in operands)
        {
            var outcome = operand.Evaluate(context);
            if (outcome.Truth == Truth.True) return outcome;
            if (outcome.Truth == Truth.Unknown) unknown ??= outcome;
        }

        return unknown ?? Is(false);
    }

    private protected override string Describe() => $"of {operands.Length} rules";
}

internal sealed class NotRule(ApplicabilityRule operand) : ApplicabilityRule("Not")
{
    internal override RuleOutcome Evaluate(in RuleContext context) => operand.Evaluate(context).Negate();

    private protected override string Describe() => $"({operand})";
}

/// <summary>A rule that this version does not know, or whose attributes have no meaning. Never true and never false.</summary>
internal sealed class UnknownRule(string name, string reason) : ApplicabilityRule(name)
{
    internal override RuleOutcome Evaluate(in RuleContext context) => Cannot(reason);

    private protected override string Describe() => "";
}
