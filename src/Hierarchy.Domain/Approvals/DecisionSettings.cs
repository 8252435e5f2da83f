namespace Hierarchy.Domain.Approvals;

/// <summary>How decisions go on by themselves, of whoever decides.</summary>
public sealed record DecisionSettings
{
    /// <summary>Nothing was decided: approvals move to new revisions, and what expires is declined.</summary>
    public static DecisionSettings Default { get; } = new();

    /// <summary>Computers get the revision that was approved, and not a newer one before that is approved.</summary>
    public bool KeepsApprovedRevisions { get; init; }

    /// <summary>An update that its publisher withdraws is not declined by itself.</summary>
    public bool KeepsExpired { get; init; }
}
