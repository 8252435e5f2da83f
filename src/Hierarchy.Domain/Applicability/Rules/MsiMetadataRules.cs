using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>The three rules about the patch that the metadata describes, against every product that it targets.</summary>
internal abstract class MsiPatchRule(string name) : ApplicabilityRule(name)
{
    internal sealed override RuleOutcome Evaluate(in RuleContext context)
    {
        if (context.Metadata.MsiPatch is not { } patch) return Cannot("the document has no MsiPatchMetadata");
        RuleOutcome? unknown = null;
        var isPresent = false;
        foreach (var code in patch.TargetProductCodes)
        {
            var fact = context.Facts.FindMsiProduct(code);
            if (fact.State == FactState.Absent) continue;
            if (!fact.IsKnown(out var product))
            {
                unknown ??= Cannot(fact);
                continue;
            }

            isPresent = true;
            var outcome = EvaluateProduct(patch, code, product);
            if (outcome.Truth == Truth.True) return outcome;
            if (outcome.Truth == Truth.Unknown) unknown ??= outcome;
        }

        return unknown ?? Is(false, isPresent ? null : "none of the products is installed");
    }

    private protected abstract RuleOutcome EvaluateProduct(MsiPatchMetadata patch, Guid code, MsiProductFacts product);

    private protected static bool IsApplied(MsiPatchMetadata patch, IReadOnlyList<MsiPatchFacts> applied)
        => applied.Any(has => has.Code == patch.PatchCode || has.Code == patch.FallbackPatchCode);

    /// <summary>Whether an applied patch stands later in a family of this one. Null when the families of applied patches were not looked up.</summary>
    private protected static bool? IsSupersededBy(MsiPatchMetadata patch, IReadOnlyList<MsiPatchFacts> applied)
    {
        var isUnknown = false;
        foreach (var has in applied)
        {
            if (has.Code == patch.PatchCode) continue;
            if (has.Families is null) isUnknown = true;
            else if (patch.Sequences.Any(own => has.Families.TryGetValue(own.Family, out var sequence) && sequence > own.Sequence)) return true;
        }

        return isUnknown && patch.Sequences.Count > 0 ? null : false;
    }

    private protected override string Describe() => "";
}

internal sealed class MsiPatchInstalledRule() : MsiPatchRule("MsiPatchInstalled")
{
    private protected override RuleOutcome EvaluateProduct(MsiPatchMetadata patch, Guid code, MsiProductFacts product)
        => product.Patches is { } applied ? Is(IsApplied(patch, applied), $"looked at product {code:B}") : Cannot($"the patches of {code:B} are not known");
}

internal sealed class MsiPatchSupersededRule() : MsiPatchRule("MsiPatchSuperseded")
{
    private protected override RuleOutcome EvaluateProduct(MsiPatchMetadata patch, Guid code, MsiProductFacts product)
    {
        if (product.Patches is not { } applied) return Cannot($"the patches of {code:B} are not known");
        return IsSupersededBy(patch, applied) is { } superseded
            ? Is(superseded, $"looked at product {code:B}")
            : Cannot($"the families of the patches of {code:B} are not known");
    }
}

internal sealed class MsiPatchInstallableRule() : MsiPatchRule("MsiPatchInstallable")
{
    private protected override RuleOutcome EvaluateProduct(MsiPatchMetadata patch, Guid code, MsiProductFacts product)
    {
        if (product.Patches is not { } applied) return Cannot($"the patches of {code:B} are not known");
        if (IsApplied(patch, applied)) return Is(false, "it is applied");
        switch (IsSupersededBy(patch, applied))
        {
            case true: return Is(false, "it is superseded");
            case null: return Cannot($"the families of the patches of {code:B} are not known");
        }

        RuleOutcome? result = null;
        foreach (var target in patch.Targets)
        {
            if (target.ProductCode is { } wanted && wanted != code) continue;
            var outcome = Fits(target, product);
            if (outcome.Truth == Truth.True) return outcome;
            if (result is not { Truth: Truth.Unknown }) result = outcome;
        }

        return result ?? Is(patch.Targets.Count == 0, $"no target of the patch fits {code:B}");
    }

    private RuleOutcome Fits(MsiPatchTarget target, MsiProductFacts product)
    {
        if (target.Version is { } filter)
        {
            if (product.Version is not { } version) return Cannot("the version of the product is not known");
            if (!filter.Comparison.Holds(Keep(version, filter.Parts).CompareTo(Keep(filter.Version, filter.Parts)))) return Is(false, $"the product's version is {version}");
        }

        if (target.Language is { } language)
        {
            if (product.Language is null) return Cannot("the language of the product is not known");
            if (product.Language != language) return Is(false, $"the product's language is {product.Language}");
        }

        if (target.UpgradeCode is not { } upgrade) return Is(true);
        return product.UpgradeCode is { } has ? Is(has == upgrade, $"the product's upgrade code is {has:B}") : Cannot("the upgrade code of the product is not known");
    }

    private static FourPartVersion Keep(FourPartVersion version, int parts)
        => new(version.Major, parts > 1 ? version.Minor : 0, parts > 2 ? version.Build : 0, 0);
}

/// <summary>The three rules about the product that the metadata names.</summary>
internal abstract class MsiApplicationRule(string name) : ApplicabilityRule(name)
{
    internal sealed override RuleOutcome Evaluate(in RuleContext context)
    {
        if (context.Metadata.MsiApplication is not { } application) return Cannot("the document has no MsiApplicationMetadata");
        var fact = context.Facts.FindMsiProduct(application.ProductCode);
        return fact.State == FactState.Unknown ? Cannot(fact) : EvaluateProduct(application, fact.Value);
    }

    private protected abstract RuleOutcome EvaluateProduct(MsiApplicationMetadata application, MsiProductFacts? product);

    /// <summary>Whether recaching and reinstalling puts this version over the installed one; null when the installed version is not known.</summary>
    private protected static bool? Recaches(MsiApplicationMetadata application, MsiProductFacts product)
    {
        if (application.RecacheReinstall is null or "Never" || application.Version is not { } version) return false;
        if (product.Version is not { } has) return null;
        return application.RecacheReinstall == "AnyVersion" ? has != version : has < version;
    }

    private protected override string Describe() => "";
}

internal sealed class MsiApplicationInstalledRule() : MsiApplicationRule("MsiApplicationInstalled")
{
    private protected override RuleOutcome EvaluateProduct(MsiApplicationMetadata application, MsiProductFacts? product)
    {
        if (product is null) return Is(false, "the product is not installed");
        return Recaches(application, product) is { } recaches ? Is(!recaches, $"its version is {product.Version}") : Cannot("the version of the product is not known");
    }
}

internal sealed class MsiApplicationSupersededRule() : MsiApplicationRule("MsiApplicationSuperseded")
{
    private protected override RuleOutcome EvaluateProduct(MsiApplicationMetadata application, MsiProductFacts? product)
    {
        if (product is null || application.Version is not { } version) return Is(false);
        return product.Version is { } has ? Is(has > version, $"its version is {has}") : Cannot("the version of the product is not known");
    }
}

internal sealed class MsiApplicationInstallableRule() : MsiApplicationRule("MsiApplicationInstallable")
{
    private protected override RuleOutcome EvaluateProduct(MsiApplicationMetadata application, MsiProductFacts? product)
    {
        if (product is null) return Is(true, "the product is not installed");
        return Recaches(application, product) is { } recaches ? Is(recaches, $"its version is {product.Version}") : Cannot("the version of the product is not known");
    }
}
