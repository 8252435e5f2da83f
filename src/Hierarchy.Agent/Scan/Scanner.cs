using Hierarchy.Agent.State;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.Scan;

/// <summary>
/// Decides for every revision that the server decided about whether this computer needs it. What a scan learnt stays in memory: the next one decides again only what hangs on
/// something that changed since.
/// </summary>
internal sealed class Scanner(DecisionBook book, DocumentCache documents)
{
    private readonly ApplicabilityEngine _engine = new();

    /// <summary>How many revisions the last scan had to decide again.</summary>
    internal int LastEvaluated => _engine.LastEvaluated;

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

        return new ScanResult(revisions, decisions, _engine.Evaluate(revisions.Values, facts));
    }

    /// <summary>One revision of the last scan again, with what it depends on: after an installation, or before one.</summary>
    internal ApplicabilityResult? ScanOne(RevisionId id, IFacts facts) => _engine.EvaluateAlone(id, facts);
}
