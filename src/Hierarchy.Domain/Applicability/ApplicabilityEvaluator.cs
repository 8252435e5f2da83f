using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Applicability;

/// <summary>Decides for a whole catalog what each revision is to one computer, from nothing; <see cref="ApplicabilityEngine"/> keeps what it learnt for the next time.</summary>
public static class ApplicabilityEvaluator
{
    /// <summary>Evaluates every revision; of several with one id the last counts.</summary>
    public static IReadOnlyDictionary<RevisionId, ApplicabilityResult> Evaluate(IEnumerable<UpdateRevision> revisions, IFacts facts)
        => new ApplicabilityEngine().Evaluate(revisions as IReadOnlyCollection<UpdateRevision> ?? [.. revisions], facts);
}
