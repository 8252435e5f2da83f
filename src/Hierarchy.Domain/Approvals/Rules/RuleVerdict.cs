using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>What the first rule that matches makes of an update for one of its groups.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Update">The update.</param>
/// <param name="GroupId">The group.</param>
/// <param name="Approval">The approval; null where there is none.</param>
/// <param name="Reason">Why there is none.</param>
/// <param name="Words">That in words; empty for an approval.</param>
public sealed record RuleVerdict(ApprovalRule Rule, UpdateEntry Update, Guid GroupId, Approval? Approval, RuleSkipReason Reason, string Words);
