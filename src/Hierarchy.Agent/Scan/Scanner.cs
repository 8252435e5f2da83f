using Hierarchy.Agent.State;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.Scan;

/// <summary>Decides for every revision that the server decided about whether this computer needs it.</summary>
internal sealed class Scanner(DecisionBook book, DocumentCache documents)
{
    /// <summary>Everything.</summary>
    internal ScanResult Scan(IFacts facts)
    {
        var revisions = new Dictionary<RevisionId, UpdateRevision>(book.Decisions.Count);
        var decisions = new Dictionary<RevisionId, ClientDecision>(book.Decisions.Count);
        foreach (var decision in book.Decisions.Values)
        {
            if (documents.Find(decision.Number) is not { } document) continue;
            revisions[decision.Id] = document.Revision;
            decisions[decision.Id] = decision;
        }

        return new ScanResult(revisions, decisions, ApplicabilityEvaluator.Evaluate(revisions.Values, facts));
    }

    /// <summary>One revision again, with what it depends on: after an installation, or before one.</summary>
    internal static ApplicabilityResult? ScanOne(ScanResult scan, RevisionId id, IFacts facts)
    {
        if (!scan.Revisions.TryGetValue(id, out var start)) return null;
        var newest = scan.Revisions.Values.GroupBy(revision => revision.Id.UpdateId).ToDictionary(group => group.Key, group => group.MaxBy(revision => revision.Id.RevisionNumber)!);
        var closure = new Dictionary<RevisionId, UpdateRevision>();
        var open = new Stack<UpdateRevision>([start]);
        while (open.TryPop(out var revision))
        {
            if (!closure.TryAdd(revision.Id, revision)) continue;
            foreach (var prerequisite in revision.Prerequisites.SelectMany(clause => clause.AnyOf))
                if (newest.TryGetValue(prerequisite, out var found)) open.Push(found);
            foreach (var child in revision.BundledUpdates.SelectMany(group => group.AnyOf))
                if (scan.Revisions.TryGetValue(child, out var found) || newest.TryGetValue(child.UpdateId, out found)) open.Push(found);
        }

        return ApplicabilityEvaluator.Evaluate(closure.Values, facts).GetValueOrDefault(id);
    }
}
