namespace Hierarchy.Cli.Documents;

/// <summary>An approval that is durable; or that a group inherits again.</summary>
internal sealed record ApprovedDocument(string? UpdateId, ApprovalDocument? Approval, bool Changed, string? CommittedAt, PositionDocument? Position)
{
    public ApprovalDocument? Inherited { get; init; }

    public int ApprovalsRemoved { get; init; }

    public required IReadOnlyList<string?> AcceptedEulas { get; init; }
}

/// <summary>A decline, or its withdrawal, that is durable.</summary>
internal sealed record DeclinedDocument(string Update, bool Declined, bool Changed, int ApprovalsRemoved, PositionDocument? Position);
