using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>Decides one revision from the states of what it depends on, and from facts.</summary>
internal static class RevisionVerdict
{
    /// <summary>The verdict. A dependency without a result is one that depends on itself, which is not applicable.</summary>
    internal static ApplicabilityResult Of(RevisionNode node, IFacts facts) => Decide(node, facts, isFinal: true)!; // Final: it waits for nothing.

    /// <summary>The verdict when it is the same whatever the results will be that are not there yet; else null.</summary>
    internal static ApplicabilityResult? TryOf(RevisionNode node, IFacts facts) => Decide(node, facts, isFinal: false);

    /// <summary>For what is left of a cycle when nothing more can be decided.</summary>
    internal static ApplicabilityResult Circular(RevisionNode node)
    {
        var through = node.Dependencies.First(dependency => dependency is { Result: null })!; // Else it had been decided.
        return NotApplicable(node.Revision, "it depends on itself", through.Revision.Id.UpdateId);
    }

    private static ApplicabilityResult? Decide(RevisionNode node, IFacts facts, bool isFinal)
    {
        var revision = node.Revision;
        var isWaiting = false;
        var first = 0;
        foreach (var clause in revision.Prerequisites)
        {
            var state = StateOf(node, first, clause.AnyOf.Count, UpdateState.Installed, isFinal);
            if (state is null) isWaiting = true;
            else if (state != UpdateState.Installed) return Unsatisfied(node, clause, node.Dependencies[first]);
            first += clause.AnyOf.Count;
        }

        if (isWaiting) return null;
        if (revision.BundledUpdates.Count > 0) return DecideBundle(node, first, facts, isFinal);
        return revision.Type is UpdateType.Detectoid or UpdateType.Category ? DecideCondition(revision, facts) : DecideLeaf(revision, facts);
    }

    /// <summary>
    /// The state of some of the dependencies together: the preferred one when one of them has it; else Installed when one is; else NotApplicable. Null when it hangs on what
    /// is not decided yet.
    /// </summary>
    private static UpdateState? StateOf(RevisionNode node, int first, int count, UpdateState preferred, bool isFinal)
    {
        var (isWaiting, isInstalled) = (false, false);
        foreach (var dependency in node.Dependencies.AsSpan(first, count))
        {
            if (dependency is null) continue;
            if (dependency.Result is not { } result)
            {
                isWaiting = true;
                continue;
            }

            if (result.State == preferred) return preferred;
            isInstalled |= result.State == UpdateState.Installed;
        }

        if (isWaiting && !isFinal) return null;
        return isInstalled ? UpdateState.Installed : UpdateState.NotApplicable;
    }

    private static ApplicabilityResult Unsatisfied(RevisionNode node, Prerequisite clause, RevisionNode? first)
    {
        var cause = first is null ? "a prerequisite is not in the catalog"
            : first.Result is null ? "a prerequisite depends on this update itself"
            : "a prerequisite is not installed";
        return NotApplicable(node.Revision, cause, clause.AnyOf[0]) with { Alternatives = clause.AnyOf.Count - 1 };
    }

    // A detectoid or a category is there or not there; it is never offered.
    private static ApplicabilityResult DecideCondition(UpdateRevision revision, IFacts facts)
    {
        if (revision.Rules.IsInstalled is not { } rule)
            return revision.Type == UpdateType.Category
                ? Result(revision, UpdateState.Installed, "the category has no rule")
                : Result(revision, UpdateState.NotApplicable, "the detectoid has no IsInstalled rule");
        var outcome = revision.Rules.Evaluate(rule, revision.Id, facts);
        return Result(revision, outcome.Truth == Truth.True ? UpdateState.Installed : UpdateState.NotApplicable, "IsInstalled", outcome);
    }

    private static ApplicabilityResult DecideLeaf(UpdateRevision revision, IFacts facts)
    {
        if (revision.Rules.IsInstalled is not { } isInstalled)
            return Result(revision, UpdateState.NotApplicable, "it has no IsInstalled rule, so nobody could tell when it is installed");
        var installed = revision.Rules.Evaluate(isInstalled, revision.Id, facts);
        if (installed.Truth != Truth.False)
            return Result(revision, installed.Truth == Truth.True ? UpdateState.Installed : UpdateState.NotApplicable, "IsInstalled", installed);
        return DecideOffer(revision, facts) ?? Result(revision, UpdateState.NotInstalled, "not installed, and installable", installed);
    }

    /// <summary>Null when the revision's own rules allow to offer it. A rule that the document does not have forbids nothing.</summary>
    private static ApplicabilityResult? DecideOffer(UpdateRevision revision, IFacts facts)
    {
        if (revision.Rules.IsSuperseded is { } isSuperseded)
        {
            var superseded = revision.Rules.Evaluate(isSuperseded, revision.Id, facts);
            if (superseded.Truth != Truth.False) return Result(revision, UpdateState.NotApplicable, "IsSuperseded", superseded);
        }

        if (revision.Rules.IsInstallable is not { } isInstallable) return null;
        var installable = revision.Rules.Evaluate(isInstallable, revision.Id, facts);
        return installable.Truth == Truth.True ? null : Result(revision, UpdateState.NotApplicable, "IsInstallable", installable);
    }

    // A bundle's own rules come first where it has some. Then every group counts: one with nothing for this computer makes the whole not applicable, one with
    // something to install makes it needed.
    private static ApplicabilityResult? DecideBundle(RevisionNode node, int first, IFacts facts, bool isFinal)
    {
        var bundle = node.Revision;
        if (bundle.Rules.IsInstalled is { } isInstalled)
        {
            var installed = bundle.Rules.Evaluate(isInstalled, bundle.Id, facts);
            if (installed.Truth == Truth.True) return Result(bundle, UpdateState.Installed, "IsInstalled", installed);
        }

        var (isNeeded, isWaiting) = (false, false);
        foreach (var group in bundle.BundledUpdates)
        {
            var state = StateOf(node, first, group.AnyOf.Count, UpdateState.NotInstalled, isFinal);
            if (state == UpdateState.NotApplicable) return Inapplicable(bundle, group, node.Dependencies[first]);
            isWaiting |= state is null;
            isNeeded |= state == UpdateState.NotInstalled;
            first += group.AnyOf.Count;
        }

        if (isWaiting) return null;
        if (!isNeeded) return Result(bundle, UpdateState.Installed, "every group of the bundle is installed");
        return DecideOffer(bundle, facts) ?? Result(bundle, UpdateState.NotInstalled, "the bundle has a child to install");
    }

    private static ApplicabilityResult Inapplicable(UpdateRevision bundle, BundleGroup group, RevisionNode? first)
    {
        var cause = first is null ? "a child of the bundle is not in the catalog"
            : first.Result is null ? "a child of the bundle contains the bundle itself"
            : "no child of a group of the bundle applies";
        return NotApplicable(bundle, cause, group.AnyOf[0].UpdateId) with { Alternatives = group.AnyOf.Count - 1 };
    }

    private static ApplicabilityResult NotApplicable(UpdateRevision revision, string cause, Guid blocker)
        => new(revision.Id, UpdateState.NotApplicable, cause, Outcome: null) { Blocker = blocker };

    private static ApplicabilityResult Result(UpdateRevision revision, UpdateState state, string cause, RuleOutcome? outcome = null) => new(revision.Id, state, cause, outcome);
}
