using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>CbsPackageInstalled and CbsPackageInstalledByIdentity; without an identity of its own the rule means the package of the metadata.</summary>
internal sealed class CbsPackageInstalledRule(string name, string? identity) : ApplicabilityRule(name)
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        if ((identity ?? context.Metadata.CbsPackage) is not { } package) return Cannot("the document names no package");
        var fact = context.Facts.FindCbsPackage(package);
        return fact.State switch
        {
            FactState.Known when fact.Value == CbsPackageState.Other => Cannot($"the package {package} is neither installed nor removed"),
            FactState.Known => Is(fact.Value == CbsPackageState.Installed, $"the package {package} is {fact.Value}"),
            FactState.Absent => Is(false, $"the package {package} is not in the store"),
            _ => Cannot(fact),
        };
    }

    private protected override string Describe() => identity ?? "";
}

/// <summary>Only servicing itself can tell whether a package fits: the facts must say so.</summary>
internal sealed class CbsPackageInstallableRule() : ApplicabilityRule("CbsPackageInstallable")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        if (context.Metadata.CbsPackage is not { } package) return Cannot("the document names no package");
        var fact = context.Facts.FindCbsPackage(package);
        return fact.State switch
        {
            FactState.Known when fact.Value != CbsPackageState.Other => Is(fact.Value == CbsPackageState.Installable, $"the package {package} is {fact.Value}"),
            FactState.Unknown => Cannot(fact),
            _ => Cannot($"the facts do not say whether the package {package} can be installed"),
        };
    }

    private protected override string Describe() => "";
}
