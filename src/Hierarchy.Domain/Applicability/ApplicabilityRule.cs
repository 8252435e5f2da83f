using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Applicability.Rules;

namespace Hierarchy.Domain.Applicability;

/// <summary>One rule of an update document: immutable, evaluated against facts as often as wanted, from any thread.</summary>
public abstract class ApplicabilityRule
{
    private protected ApplicabilityRule(string name) => Name = name;

    /// <summary>The element's name without prefix, e.g. `RegDword`.</summary>
    public string Name { get; }

    /// <summary>The rule and what it asks for, for people.</summary>
    public sealed override string ToString()
    {
        var arguments = Describe();
        return arguments.Length == 0 ? Name : $"{Name} {arguments}";
    }

    internal abstract RuleOutcome Evaluate(in RuleContext context);

    private protected abstract string Describe();

    private protected RuleOutcome Is(bool value, string? detail = null)
    {
        var truth = value ? Truth.True : Truth.False;
        return new RuleOutcome(truth, this, truth, detail);
    }

    private protected RuleOutcome Cannot(string reason) => new(Truth.Unknown, this, Truth.Unknown, reason);

    private protected RuleOutcome Cannot<T>(in Fact<T> fact) => Cannot(fact.Reason ?? "the facts do not say");
}
