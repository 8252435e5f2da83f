using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>A key as a rule names it: absolute, or below the subkey that the loop stands at.</summary>
internal sealed class KeyReference(RegistryPath path, bool isLoopTarget)
{
    internal bool TryResolve(in RuleContext context, out RegistryPath resolved)
    {
        resolved = path;
        if (!isLoopTarget) return true;
        if (context.LoopTarget is null) return false;
        resolved = context.LoopTarget.Below(path.Subkey, path.Is32Bit);
        return true;
    }

    public override string ToString() => path.ToString();
}

internal abstract class RegistryRule(string name, KeyReference key) : ApplicabilityRule(name)
{
    internal sealed override RuleOutcome Evaluate(in RuleContext context)
        => key.TryResolve(context, out var path) ? Evaluate(context, path) : Cannot("HKEY_LOOP_TARGET outside of a RegKeyLoop");

    private protected KeyReference Key => key;

    private protected abstract RuleOutcome Evaluate(in RuleContext context, RegistryPath path);
}

internal sealed class RegKeyExistsRule(KeyReference key) : RegistryRule("RegKeyExists", key)
{
    private protected override RuleOutcome Evaluate(in RuleContext context, RegistryPath path)
    {
        var fact = context.Facts.KeyExists(path);
        return fact.State == FactState.Unknown ? Cannot(fact) : Is(fact.Value);
    }

    private protected override string Describe() => Key.ToString();
}

internal abstract class RegistryValueRule(string name, KeyReference key, string value) : RegistryRule(name, key)
{
    private protected sealed override RuleOutcome Evaluate(in RuleContext context, RegistryPath path)
    {
        var fact = context.Facts.ReadValue(path, value);
        return fact.State switch
        {
            FactState.Known when fact.Value is { } found => Compare(found),
            FactState.Absent => Missing(context, path),
            _ => Cannot(fact),
        };
    }

    private protected abstract RuleOutcome Compare(RegistryValue found);

    private protected virtual RuleOutcome Missing(in RuleContext context, RegistryPath path) => Is(false, "the value does not exist");

    // What Windows' own agent makes of a value of another type is written nowhere: not known beats wrong.
    private protected RuleOutcome WrongType(RegistryValue found, string wanted) => Cannot($"the value is a {found.Type}, not a {wanted}");

    private protected override string Describe() => $"{Key}!{(value.Length == 0 ? "(default)" : value)}";
}

internal sealed class RegValueExistsRule(KeyReference key, string value, string? type) : RegistryValueRule("RegValueExists", key, value)
{
    private protected override RuleOutcome Compare(RegistryValue found)
        => type is null || string.Equals(type, found.Type, StringComparison.OrdinalIgnoreCase) ? Is(true) : Is(false, $"it is a {found.Type}");

    private protected override string Describe() => type is null ? base.Describe() : $"{base.Describe()} of type {type}";
}

internal sealed class RegDwordRule(KeyReference key, string value, ScalarComparison comparison, uint data) : RegistryValueRule("RegDword", key, value)
{
    private protected override RuleOutcome Compare(RegistryValue found)
        => found.Type == RegistryValue.DWordType
            ? Is(comparison.Holds(found.Number.CompareTo(data)), $"it is {found}")
            : WrongType(found, RegistryValue.DWordType);

    private protected override string Describe() => $"{base.Describe()} {comparison} {data}";
}

/// <summary>RegSz, RegExpandSz and the two rules of Windows Update v4, which compare text as these do.</summary>
internal sealed class RegTextRule(string name, KeyReference key, string value, string type, TextComparison comparison, string data)
    : RegistryValueRule(name, key, value)
{
    private protected override RuleOutcome Compare(RegistryValue found)
        => found.Type == type && found.Text is not null ? Is(comparison.Holds(found.Text, data), $"it is '{found}'") : WrongType(found, type);

    private protected override string Describe() => $"{base.Describe()} {comparison} '{data}'";
}

internal sealed class RegSzToVersionRule(KeyReference key, string value, ScalarComparison comparison, FourPartVersion data)
    : RegistryValueRule("RegSzToVersion", key, value)
{
    private protected override RuleOutcome Compare(RegistryValue found)
    {
        if (found.Type != RegistryValue.StringType || found.Text is null) return WrongType(found, RegistryValue.StringType);
        return FourPartVersion.TryParse(found.Text, out var version)
            ? Is(comparison.Holds(version.CompareTo(data)), $"it is {version}")
            : Cannot($"'{found}' is not a version");
    }

    // Windows' agent was seen to compare a missing value of an existing key as version 0. Where that says no, no is certain; where it would say yes
    // ("older than 5.5"), an update could be offered to computers that do not have the program at all.
    private protected override RuleOutcome Missing(in RuleContext context, RegistryPath path)
    {
        if (!comparison.Holds(default(FourPartVersion).CompareTo(data))) return Is(false, "the value does not exist");
        var exists = context.Facts.KeyExists(path);
        return exists is { State: FactState.Known, Value: true } ? Cannot("the key exists without the value") : Is(false, "the key does not exist");
    }

    private protected override string Describe() => $"{base.Describe()} {comparison} {data}";
}

/// <summary>Evaluates its rule at every subkey. The rule reaches the subkey through HKEY_LOOP_TARGET, with a view (RegType32) of its own.</summary>
internal sealed class RegKeyLoopRule(KeyReference key, LoopLogic logic, ApplicabilityRule body) : RegistryRule("RegKeyLoop", key)
{
    private protected override RuleOutcome Evaluate(in RuleContext context, RegistryPath path)
    {
        var subkeys = context.Facts.ListSubkeys(path);
        if (subkeys.State == FactState.Unknown) return Cannot(subkeys);
        var names = subkeys.Value ?? [];
        if (names.Count == 0 && logic == LoopLogic.All) return Cannot("there is no subkey, so 'all' says nothing");

        // Any looks for a rule that holds, All for one that does not, None for one that holds.
        var decisive = logic == LoopLogic.All ? Truth.False : Truth.True;
        RuleOutcome? unknown = null;
        foreach (var name in names)
        {
            var outcome = body.Evaluate(context with { LoopTarget = path.Below(name, path.Is32Bit) });
            if (outcome.Truth == decisive)
                return logic == LoopLogic.None ? Is(false, $"subkey {name}") : outcome with { Detail = $"{outcome.Detail ?? "found"} (subkey {name})" };
            if (outcome.Truth == Truth.Unknown) unknown ??= outcome;
        }

        return unknown ?? Is(logic != LoopLogic.Any, $"looked at {names.Count} subkeys");
    }

    private protected override string Describe() => $"{Key} TrueIf {logic} ({body})";
}

internal sealed class ClusterResourceOwnerRule(KeyReference key, string value, string prefix, string suffix) : RegistryRule("ClusterResourceOwner", key)
{
    private protected override RuleOutcome Evaluate(in RuleContext context, RegistryPath path)
    {
        var fact = context.Facts.ReadValue(path, value);
        if (fact.State == FactState.Absent) return Is(false, "the value does not exist");
        if (!fact.IsKnown(out var found) || found.Text is null) return Cannot(fact);
        var owns = context.Facts.OwnsClusterResource(prefix + found.Text + suffix);
        return owns.State == FactState.Unknown ? Cannot(owns) : Is(owns.Value);
    }

    private protected override string Describe() => $"{Key}!{value}";
}
