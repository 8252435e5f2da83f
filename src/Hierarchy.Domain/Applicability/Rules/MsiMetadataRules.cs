using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>How a patch stands to a product.</summary>
internal enum PatchStanding
{
    /// <summary>The product is not installed, or no target of the patch fits it.</summary>
    Unfit,

    /// <summary>A later patch of a family is applied, or one that replaces it.</summary>
    Superseded,

    /// <summary>It is applied.</summary>
    Applied,

    /// <summary>It can be applied.</summary>
    Installable,
}

/// <summary>
/// The three rules about the patch that the metadata describes, against every product that it targets. One product that it can be applied to decides, whatever it did to the
/// others: else a second product would stay without it because the first one has it. So the three never hold together.
/// </summary>
internal sealed class MsiPatchRule(string name, PatchStanding wanted) : ApplicabilityRule(name)
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        if (context.Metadata.MsiPatch is not { } patch) return Cannot("the document has no MsiPatchMetadata that can be understood");
        string? unknown = null;
        var (standing, found) = (PatchStanding.Unfit, default(Guid?));
        foreach (var code in patch.TargetProductCodes)
        {
            var fact = context.Facts.FindMsiProduct(code);
            if (fact.State == FactState.Absent) continue;
            if (!fact.IsKnown(out var product))
            {
                unknown ??= fact.Reason ?? "the product is not known";
                continue;
            }

            found ??= code;
            if (StandingOf(patch, code, product, out var reason) is not { } one) unknown ??= reason;
            else if (one > standing) (standing, found) = (one, code);
        }

        // What is not known of one product could only make it the one that the patch is for.
        if (unknown is not null && standing != PatchStanding.Installable) return Cannot(unknown);
        return Is(standing == wanted, found is { } decisive ? $"{Words(standing)} product {decisive:B}" : "none of the products is installed");
    }

    private protected override string Describe() => "";

    private static string Words(PatchStanding standing) => standing switch
    {
        PatchStanding.Applied => "it is applied to",
        PatchStanding.Superseded => "it is superseded for",
        PatchStanding.Installable => "it can be applied to",
        _ => "it does not fit",
    };

    /// <summary>Null when the facts do not say, and why.</summary>
    private static PatchStanding? StandingOf(MsiPatchMetadata patch, Guid code, MsiProductFacts product, out string? reason)
    {
        reason = null;
        if (product.Patches is not { } applied)
        {
            reason = $"the patches of {code:B} are not known";
            return null;
        }

        if (applied.Any(has => has.Code == patch.PatchCode || has.Code == patch.FallbackPatchCode)) return PatchStanding.Applied;
        switch (IsSuperseded(patch, code, applied))
        {
            case true: return PatchStanding.Superseded;
            case null: reason = $"the families of the patches of {code:B} are not known"; return null;
        }

        if (patch.Targets.Count == 0) return PatchStanding.Installable;
        foreach (var target in patch.Targets)
        {
            if (target.ProductCode is { } wanted && wanted != code) continue;
            if (Fits(target, product, out var missing)) return PatchStanding.Installable;
            reason ??= missing is null ? null : $"{missing} of {code:B} is not known";
        }

        return reason is null ? PatchStanding.Unfit : null;
    }

    /// <summary>Whether an applied patch stands later in a family of this one, or replaces it by name. Null when the families of applied patches were not looked up.</summary>
    private static bool? IsSuperseded(MsiPatchMetadata patch, Guid code, IReadOnlyList<MsiPatchFacts> applied)
    {
        // A family may be said to count for one product alone.
        var own = patch.Sequences.Where(sequence => sequence.ProductCode is null || sequence.ProductCode == code).ToArray();
        var isUnknown = false;
        foreach (var has in applied)
        {
            if (has.Obsoletes.Contains(patch.PatchCode)) return true;
            if (has.Families is null) isUnknown = true;
            else if (own.Any(sequence => has.Families.TryGetValue(sequence.Family, out var later) && later > sequence.Sequence)) return true;
        }

        return isUnknown && own.Length > 0 ? null : false;
    }

    private static bool Fits(MsiPatchTarget target, MsiProductFacts product, out string? missing)
    {
        missing = null;
        if (target.Version is { } filter)
        {
            if (product.Version is not { } version) missing = "the version";
            else if (!filter.Comparison.Holds(Keep(version, filter.Parts).CompareTo(Keep(filter.Version, filter.Parts)))) return No(out missing);
        }

        if (target.Language is { } language)
        {
            if (product.Language is null) missing ??= "the language";
            else if (product.Language != language) return No(out missing);
        }

        if (target.UpgradeCode is { } upgrade)
        {
            if (product.UpgradeCode is null) missing ??= "the upgrade code";
            else if (product.UpgradeCode != upgrade) return No(out missing);
        }

        return missing is null;

        // What is certainly wrong decides, whatever else is not known.
        static bool No(out string? missing)
        {
            missing = null;
            return false;
        }
    }

    private static FourPartVersion Keep(FourPartVersion version, int parts)
        => new(version.Major, parts > 1 ? version.Minor : 0, parts > 2 ? version.Build : 0, 0);
}

/// <summary>The three rules about the product that the metadata names.</summary>
internal abstract class MsiApplicationRule(string name) : ApplicabilityRule(name)
{
    internal sealed override RuleOutcome Evaluate(in RuleContext context)
    {
        if (context.Metadata.MsiApplication is not { } application) return Cannot("the document has no MsiApplicationMetadata that can be understood");
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
