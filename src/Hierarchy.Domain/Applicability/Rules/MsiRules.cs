using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>Version and language bounds of a product; an exclusion without its bound says nothing (seen in Microsoft's catalog).</summary>
internal sealed record MsiBounds(FourPartVersion? Minimum, bool ExcludesMinimum, FourPartVersion? Maximum, bool ExcludesMaximum, int? Language)
{
    /// <summary>Null when the product is within; else what is wrong. <paramref name="isKnown"/> is false when the facts do not say.</summary>
    internal string? Check(MsiProductFacts product, out bool isKnown)
    {
        isKnown = true;
        if (Minimum is not null || Maximum is not null)
        {
            if (product.Version is not { } version) return Unknown("its version is not known", out isKnown);
            if (Minimum is { } minimum && (ExcludesMinimum ? version <= minimum : version < minimum)) return $"its version is {version}";
            if (Maximum is { } maximum && (ExcludesMaximum ? version >= maximum : version > maximum)) return $"its version is {version}";
        }

        if (Language is null) return null;
        if (product.Language is not { } language) return Unknown("its language is not known", out isKnown);
        return language == Language ? null : $"its language is {language}";

        static string Unknown(string reason, out bool isKnown)
        {
            isKnown = false;
            return reason;
        }
    }
}

internal sealed class MsiProductInstalledRule(Guid product, MsiBounds bounds) : ApplicabilityRule("MsiProductInstalled")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.FindMsiProduct(product);
        if (fact.State == FactState.Absent) return Is(false, "the product is not installed");
        if (!fact.IsKnown(out var found)) return Cannot(fact);
        var problem = bounds.Check(found, out var isKnown);
        return isKnown ? Is(problem is null, problem) : Cannot(problem ?? "");
    }

    private protected override string Describe() => product.ToString("B");
}

internal sealed class MsiPatchInstalledForProductRule(Guid patch, Guid product, MsiBounds bounds) : ApplicabilityRule("MsiPatchInstalledForProduct")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.FindMsiProduct(product);
        if (fact.State == FactState.Absent) return Is(false, "the product is not installed");
        if (!fact.IsKnown(out var found)) return Cannot(fact);
        if (found.Patches is null) return Cannot("the patches of the product are not known");
        if (!found.Patches.Any(applied => applied.Code == patch)) return Is(false, "the patch is not applied");
        var problem = bounds.Check(found, out var isKnown);
        return isKnown ? Is(problem is null, problem) : Cannot(problem ?? "");
    }

    private protected override string Describe() => $"{patch:B} of {product:B}";
}

/// <summary>MsiFeatureInstalledForProduct and MsiComponentInstalledForProduct: one (or all) of the parts, of one (or all) of the products.</summary>
internal sealed class MsiPartsInstalledRule<TPart>(
    string name, IReadOnlyList<TPart> parts, bool allParts, IReadOnlyList<Guid> products, bool allProducts,
    Func<MsiProductFacts, IReadOnlySet<TPart>?> installed) : ApplicabilityRule(name)
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        RuleOutcome? unknown = null;
        foreach (var product in products)
        {
            var outcome = EvaluateProduct(context, product);
            if (outcome.Truth == (allProducts ? Truth.False : Truth.True)) return outcome;
            if (outcome.Truth == Truth.Unknown) unknown ??= outcome;
        }

        return unknown ?? Is(allProducts);
    }

    private protected override string Describe()
        => $"{(allParts ? "all" : "one")} of {parts.Count} of {(allProducts ? "all" : "one")} of {products.Count} products";

    private RuleOutcome EvaluateProduct(in RuleContext context, Guid product)
    {
        var fact = context.Facts.FindMsiProduct(product);
        if (fact.State == FactState.Absent) return Is(false, $"the product {product:B} is not installed");
        if (!fact.IsKnown(out var found)) return Cannot(fact);
        if (installed(found) is not { } has) return Cannot($"what is installed of {product:B} is not known");
        return Is(allParts ? parts.All(has.Contains) : parts.Any(has.Contains), $"looked at product {product:B}");
    }
}
