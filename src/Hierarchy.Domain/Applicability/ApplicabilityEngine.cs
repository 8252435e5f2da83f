using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Applicability.Incremental;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Applicability;

/// <summary>
/// Decides for a whole catalog what each revision is to one computer, as Windows Update Agent does: prerequisites first, then IsInstalled, IsSuperseded, IsInstallable; a
/// bundle after its children. What cannot be known makes an update not applicable, with the reason. Keeps the results and the facts that each of them was read from: the
/// next evaluation reads those facts again, and evaluates what read a changed one, what is a new document, and what hangs on a revision whose state changed.
/// Pure; for one thread.
/// </summary>
public sealed class ApplicabilityEngine
{
    private readonly RevisionGraph _graph = new();
    private readonly FactRecorder _facts = new();
    private Dictionary<RevisionId, ApplicabilityResult> _results = [];

    /// <summary>How many revisions the last evaluation had to decide again.</summary>
    public int LastEvaluated { get; private set; }

    /// <summary>How many different facts the results rest on.</summary>
    public int FactCount => _facts.Count;

    /// <summary>
    /// The result of every revision, the same as an engine without memory gives. A prerequisite means the newest revision of the update that is among them; one that is not
    /// among them is not installed. Updates that depend on themselves, with nothing else to decide them, are not applicable. What is returned never changes afterwards.
    /// </summary>
    /// <param name="revisions">The whole catalog. A revision is the same as before when it is the same object.</param>
    /// <param name="facts">The computer as it is now. What it throws is passed on, and the next evaluation begins from nothing.</param>
    public IReadOnlyDictionary<RevisionId, ApplicabilityResult> Evaluate(IReadOnlyCollection<UpdateRevision> revisions, IFacts facts)
    {
        var isWhole = false;
        try
        {
            var results = EvaluateChanges(revisions, facts);
            isWhole = true;
            return results;
        }
        finally
        {
            // Half of the facts may be new, and the results from before: nothing of that is to be built on.
            if (!isWhole) Forget();
        }
    }

    /// <summary>One revision of the last evaluation against other facts, with what it depends on; null when it was not there. Changes nothing here.</summary>
    public ApplicabilityResult? EvaluateAlone(RevisionId id, IFacts facts) => ApplicabilityEvaluator.Evaluate(_graph.ClosureOf(id), facts).GetValueOrDefault(id);

    private Dictionary<RevisionId, ApplicabilityResult> EvaluateChanges(IReadOnlyCollection<UpdateRevision> revisions, IFacts facts)
    {
        LastEvaluated = 0;
        var isOtherCatalog = _graph.Update(revisions);
        var areOtherFacts = _facts.Refresh(facts);
        if (!isOtherCatalog && !areOtherFacts) return _results;

        var changed = new List<ApplicabilityResult>();
        var order = _graph.Order;
        for (int start = 0, end; start < order.Length; start = end)
        {
            end = start + 1;
            while (end < order.Length && order[end].Component == order[start].Component) end++;
            Evaluate(order.AsSpan(start, end - start), areOtherFacts, changed);
        }

        if (LastEvaluated > 0 || isOtherCatalog) _facts.Retain(order);
        if (isOtherCatalog) _results = order.ToDictionary(node => node.Revision.Id, node => node.Result!); // Every node has one after its turn.
        else if (changed.Count > 0) _results = With(changed);
        return _results;
    }

    private void Evaluate(Span<RevisionNode> component, bool areOtherFacts, List<ApplicabilityResult> changed)
    {
        var isStale = false;
        foreach (var node in component) isStale |= IsStale(node, areOtherFacts);

        // The order guarantees that nobody has asked for the flag of this turn yet.
        foreach (var node in component) node.HasChangedState = false;
        if (!isStale) return;

        LastEvaluated += component.Length;
        if (!component[0].IsInCircle)
        {
            _facts.Begin();
            Take(component[0], RevisionVerdict.Of(component[0], _facts), changed);
            component[0].Reads = _facts.End(component[0].Reads);
            return;
        }

        var nodes = component.ToArray();
        var results = CycleVerdict.Of(nodes, _facts);
        for (var index = 0; index < nodes.Length; index++) Take(nodes[index], results[index], changed);
    }

    private static bool IsStale(RevisionNode node, bool areOtherFacts)
    {
        if (node.IsStale) return true;
        if (areOtherFacts)
            foreach (var fact in node.Reads)
                if (fact.HasChanged) return true;
        foreach (var dependency in node.Dependencies)
            if (dependency is { HasChangedState: true } && dependency.Component != node.Component) return true;
        return false;
    }

    private static void Take(RevisionNode node, ApplicabilityResult result, List<ApplicabilityResult> changed)
    {
        node.IsStale = false;
        if (result.Equals(node.Settled))
        {
            node.Result = node.Settled;
            return;
        }

        node.HasChangedState = node.Settled?.State != result.State;
        node.Result = node.Settled = result;
        changed.Add(result);
    }

    // Those who were given the results before go on reading them.
    private Dictionary<RevisionId, ApplicabilityResult> With(List<ApplicabilityResult> changed)
    {
        var results = new Dictionary<RevisionId, ApplicabilityResult>(_results);
        foreach (var result in changed) results[result.Id] = result;
        return results;
    }

    private void Forget()
    {
        _graph.Clear();
        _facts.Clear();
        _results = [];
    }
}
