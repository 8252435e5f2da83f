namespace Hierarchy.Domain.Effects;

/// <summary>Approvals of one update for two groups that do not contain each other, on computers that are in both: one of them counts.</summary>
/// <param name="UpdateId">The update.</param>
/// <param name="WinnerId">The group whose approval counts.</param>
/// <param name="LoserId">The group whose approval does not.</param>
public readonly record struct ApprovalClash(Guid UpdateId, Guid WinnerId, Guid LoserId);
