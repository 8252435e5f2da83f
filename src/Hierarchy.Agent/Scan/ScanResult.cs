using Hierarchy.Agent.State;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Scan;

/// <summary>What every revision is to this computer at one moment.</summary>
/// <param name="Revisions">Every revision that was decided about and whose document is here.</param>
/// <param name="Decisions">The decision of each.</param>
/// <param name="Results">The verdict of each.</param>
internal sealed record ScanResult(
    IReadOnlyDictionary<RevisionId, UpdateRevision> Revisions,
    IReadOnlyDictionary<RevisionId, ClientDecision> Decisions,
    IReadOnlyDictionary<RevisionId, ApplicabilityResult> Results)
{
    /// <summary>Nothing known.</summary>
    internal static ScanResult Empty { get; } = new(
        new Dictionary<RevisionId, UpdateRevision>(), new Dictionary<RevisionId, ClientDecision>(), new Dictionary<RevisionId, ApplicabilityResult>());

    /// <summary>Software and drivers that are needed, in the order of their short numbers.</summary>
    internal IEnumerable<ClientDecision> Needed => Decisions.Values
        .Where(decision => StateOf(decision.Id) == UpdateState.NotInstalled)
        .OrderBy(decision => decision.Number);

    internal UpdateState StateOf(RevisionId id) => Results.TryGetValue(id, out var result) ? result.State : UpdateState.Unknown;

    /// <summary>The revision that a bundle names, or the newest one of that update.</summary>
    internal UpdateRevision? FindChild(RevisionId id) => Revisions.TryGetValue(id, out var exact)
        ? exact
        : Revisions.Values.Where(revision => revision.Id.UpdateId == id.UpdateId).MaxBy(revision => revision.Id.RevisionNumber);
}
