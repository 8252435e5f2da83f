namespace Hierarchy.Domain.Approvals;

/// <summary>One reason why a decision is refused.</summary>
/// <param name="Kind">Which rule.</param>
/// <param name="Message">In words, with the next step.</param>
public sealed record ApprovalObjection(ApprovalObjectionKind Kind, string Message);
