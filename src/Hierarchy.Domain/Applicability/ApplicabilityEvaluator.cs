using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Applicability;

/// <summary>
/// Decides for a whole catalog what each revision is to one computer, as Windows Update Agent does: prerequisites first, then IsInstalled, IsSuperseded, IsInstallable; a
/// bundle after its children. What cannot be known makes an update not applicable, with the reason. Pure; one instance evaluates once.
/// </summary>
public sealed class ApplicabilityEvaluator
{
    private readonly IFacts _facts;
    private readonly Dictionary<Guid, UpdateRevision> _newest = [];
    private readonly Dictionary<RevisionId, UpdateRevision> _revisions = [];
    private readonly Dictionary<RevisionId, ApplicabilityResult> _results = [];

    private ApplicabilityEvaluator(IFacts facts, IEnumerable<UpdateRevision> revisions)
    {
        _facts = facts;
        foreach (var revision in revisions)
        {
            _revisions[revision.Id] = revision;
            if (!_newest.TryGetValue(revision.Id.UpdateId, out var other) || other.Id.RevisionNumber < revision.Id.RevisionNumber)
                _newest[revision.Id.UpdateId] = revision;
        }
    }

    /// <summary>
    /// Evaluates every revision, each once, what it depends on before it. A prerequisite means the newest revision of the update that is among them; one that is not among
    /// them is not installed. Updates that depend on themselves are not applicable.
    /// </summary>
    public static IReadOnlyDictionary<RevisionId, ApplicabilityResult> Evaluate(IEnumerable<UpdateRevision> revisions, IFacts facts)
    {
        var evaluator = new ApplicabilityEvaluator(facts, revisions);
        foreach (var revision in evaluator._revisions.Values) evaluator.Visit(revision);
        return evaluator._results;
    }

    // Depth first with a stack of its own: how deep a catalog nests is the publisher's doing.
    private void Visit(UpdateRevision start)
    {
        if (_results.ContainsKey(start.Id)) return;
        var path = new HashSet<RevisionId> { start.Id };
        var stack = new Stack<(UpdateRevision Revision, IEnumerator<UpdateRevision> Dependencies)>();
        stack.Push((start, DependenciesOf(start).GetEnumerator()));
        while (stack.TryPeek(out var top))
        {
            if (!top.Dependencies.MoveNext())
            {
                stack.Pop();
                path.Remove(top.Revision.Id);
                _results[top.Revision.Id] = EvaluateOne(top.Revision);
                continue;
            }

            var next = top.Dependencies.Current;

            // One that is on the path closes a cycle: it has no result when its dependant is evaluated, which then says so.
            if (!_results.ContainsKey(next.Id) && path.Add(next.Id)) stack.Push((next, DependenciesOf(next).GetEnumerator()));
        }
    }

    private IEnumerable<UpdateRevision> DependenciesOf(UpdateRevision revision)
    {
        foreach (var clause in revision.Prerequisites)
            foreach (var id in clause.AnyOf)
                if (_newest.TryGetValue(id, out var prerequisite)) yield return prerequisite;
        foreach (var group in revision.BundledUpdates)
            foreach (var id in group.AnyOf)
                if (FindChild(id) is { } child) yield return child;
    }

    private ApplicabilityResult EvaluateOne(UpdateRevision revision)
    {
        foreach (var clause in revision.Prerequisites)
            if (Unsatisfied(clause) is { } cause) return Result(revision, UpdateState.NotApplicable, cause);
        if (revision.BundledUpdates.Count > 0) return EvaluateBundle(revision);
        return revision.Type is UpdateType.Detectoid or UpdateType.Category ? EvaluateCondition(revision) : EvaluateLeaf(revision);
    }

    private string? Unsatisfied(Prerequisite clause)
    {
        foreach (var id in clause.AnyOf)
            if (_newest.TryGetValue(id, out var update) && _results.TryGetValue(update.Id, out var result) && result.State == UpdateState.Installed) return null;
        var first = clause.AnyOf[0];
        var among = clause.AnyOf.Count == 1 ? "" : $" and {clause.AnyOf.Count - 1} others";
        if (!_newest.TryGetValue(first, out var missing)) return $"the prerequisite {first}{among} is not in the catalog";
        return _results.TryGetValue(missing.Id, out var state)
            ? $"the prerequisite {first}{among} is not installed ({state.Cause})"
            : $"the prerequisite {first}{among} depends on this update itself";
    }

    // A detectoid or a category is there or not there; it is never offered.
    private ApplicabilityResult EvaluateCondition(UpdateRevision revision)
    {
        if (revision.Rules.IsInstalled is not { } rule)
            return revision.Type == UpdateType.Category
                ? Result(revision, UpdateState.Installed, "the category has no rule")
                : Result(revision, UpdateState.NotApplicable, "the detectoid has no IsInstalled rule");
        var outcome = revision.Rules.Evaluate(rule, revision.Id, _facts);
        return Result(revision, outcome.Truth == Truth.True ? UpdateState.Installed : UpdateState.NotApplicable, "IsInstalled", outcome);
    }

    private ApplicabilityResult EvaluateLeaf(UpdateRevision revision)
    {
        if (revision.Rules.IsInstalled is not { } isInstalled)
            return Result(revision, UpdateState.NotApplicable, "it has no IsInstalled rule, so nobody could tell when it is installed");
        var installed = revision.Rules.Evaluate(isInstalled, revision.Id, _facts);
        if (installed.Truth != Truth.False)
            return Result(revision, installed.Truth == Truth.True ? UpdateState.Installed : UpdateState.NotApplicable, "IsInstalled", installed);
        return EvaluateOffer(revision) ?? Result(revision, UpdateState.NotInstalled, "not installed, and installable", installed);
    }

    /// <summary>Null when the revision's own rules allow to offer it. A rule that the document does not have forbids nothing.</summary>
    private ApplicabilityResult? EvaluateOffer(UpdateRevision revision)
    {
        if (revision.Rules.IsSuperseded is { } isSuperseded)
        {
            var superseded = revision.Rules.Evaluate(isSuperseded, revision.Id, _facts);
            if (superseded.Truth != Truth.False) return Result(revision, UpdateState.NotApplicable, "IsSuperseded", superseded);
        }

        if (revision.Rules.IsInstallable is not { } isInstallable) return null;
        var installable = revision.Rules.Evaluate(isInstallable, revision.Id, _facts);
        return installable.Truth == Truth.True ? null : Result(revision, UpdateState.NotApplicable, "IsInstallable", installable);
    }

    // A bundle's own rules come first where it has some. Then every group counts: one with nothing for this computer makes the whole not applicable, one with
    // something to install makes it needed.
    private ApplicabilityResult EvaluateBundle(UpdateRevision bundle)
    {
        if (bundle.Rules.IsInstalled is { } isInstalled)
        {
            var installed = bundle.Rules.Evaluate(isInstalled, bundle.Id, _facts);
            if (installed.Truth == Truth.True) return Result(bundle, UpdateState.Installed, "IsInstalled", installed);
        }

        var needed = false;
        foreach (var group in bundle.BundledUpdates)
        {
            var state = StateOf(group);
            if (state == UpdateState.NotApplicable)
                return Result(bundle, UpdateState.NotApplicable, $"no child of a group of the bundle applies ({Describe(group)})");
            needed |= state == UpdateState.NotInstalled;
        }

        if (!needed) return Result(bundle, UpdateState.Installed, "every group of the bundle is installed");
        return EvaluateOffer(bundle) ?? Result(bundle, UpdateState.NotInstalled, "the bundle has a child to install");
    }

    private UpdateState StateOf(BundleGroup group)
    {
        var result = UpdateState.NotApplicable;
        foreach (var id in group.AnyOf)
        {
            if (FindChild(id) is not { } child || !_results.TryGetValue(child.Id, out var state)) continue;
            if (state.State == UpdateState.NotInstalled) return UpdateState.NotInstalled;
            if (state.State == UpdateState.Installed) result = UpdateState.Installed;
        }

        return result;
    }

    private string Describe(BundleGroup group)
    {
        if (FindChild(group.AnyOf[0]) is not { } child) return $"{group.AnyOf[0]} is not in the catalog";
        return _results.TryGetValue(child.Id, out var state) ? $"{child.Id}: {state.Cause}" : $"{child.Id} contains the bundle itself";
    }

    /// <summary>The revision that the bundle names; a later one of the update stands in for it.</summary>
    private UpdateRevision? FindChild(RevisionId id) => _revisions.TryGetValue(id, out var exact) ? exact : _newest.GetValueOrDefault(id.UpdateId);

    private static ApplicabilityResult Result(UpdateRevision revision, UpdateState state, string cause, RuleOutcome? outcome = null) => new(revision.Id, state, cause, outcome);
}
