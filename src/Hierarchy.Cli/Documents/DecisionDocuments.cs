namespace Hierarchy.Cli.Documents;

/// <summary>An approval that is durable.</summary>
internal sealed record ApprovedDocument(string? UpdateId, ApprovalDocument Approval, bool Changed, string? CommittedAt, PositionDocument? Position);

/// <summary>A decline, or its withdrawal, that is durable.</summary>
internal sealed record DeclinedDocument(string Update, bool Declined, bool Changed, int ApprovalsRemoved, PositionDocument? Position);
