using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Applicability;

/// <summary>What one revision is to one computer, and why.</summary>
/// <param name="Id">The revision.</param>
/// <param name="State">NotApplicable, NotInstalled (needed) or Installed.</param>
/// <param name="Cause">The step that decided.</param>
/// <param name="Outcome">The rule that decided, where one did.</param>
public sealed record ApplicabilityResult(RevisionId Id, UpdateState State, string Cause, RuleOutcome? Outcome)
{
    /// <summary>The cause and the rule, for people; made when asked for.</summary>
    public string Reason => Outcome is { } outcome ? $"{Cause}: {outcome.Explain()}" : Cause;

    /// <summary>True when a rule could not be decided for want of facts.</summary>
    public bool IsUndecided => Outcome is { Truth: Truth.Unknown };
}
