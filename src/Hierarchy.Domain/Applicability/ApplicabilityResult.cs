using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Applicability;

/// <summary>
/// What one revision is to one computer, and why. Of what it depends on it says the state alone, never the cause, so that it stays right while that cause changes.
/// </summary>
/// <param name="Id">The revision.</param>
/// <param name="State">NotApplicable, NotInstalled (needed) or Installed.</param>
/// <param name="Cause">The step that decided.</param>
/// <param name="Outcome">The rule that decided, where one did.</param>
public sealed record ApplicabilityResult(RevisionId Id, UpdateState State, string Cause, RuleOutcome? Outcome)
{
    /// <summary>The update that it hangs on: the first one of the prerequisites or of the children that decided; null where rules decided. Its own result says more.</summary>
    public Guid? Blocker { get; init; }

    /// <summary>How many others would have done in its place.</summary>
    public int Alternatives { get; init; }

    /// <summary>The cause and the rule or the update, for people; made when asked for.</summary>
    public string Reason
    {
        get
        {
            if (Outcome is { } outcome) return $"{Cause}: {outcome.Explain()}";
            if (Blocker is not { } blocker) return Cause;
            return Alternatives switch
            {
                0 => $"{Cause}: {blocker}",
                1 => $"{Cause}: {blocker}, and another",
                _ => $"{Cause}: {blocker}, and {Alternatives} others",
            };
        }
    }

    /// <summary>True when a rule could not be decided for want of facts.</summary>
    public bool IsUndecided => Outcome is { Truth: Truth.Unknown };
}
