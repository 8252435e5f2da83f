using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>
/// What rules make of updates. Pure: a view, rules and a time give the same verdicts whatever the order in which they are listed. Each approval would be allowed to an administrator as well
/// (<see cref="ApprovalRules.Check"/>): what is refused is told. Approvals of rules install or offer, so none of them stands against another.
/// </summary>
public sealed class RuleJudge
{
    private readonly ServedView _view;
    private readonly RuleMatcher[] _rules;
    private readonly ApprovedDependents _dependents;
    private readonly DateTimeOffset _now;

    /// <param name="view">The state that is judged.</param>
    /// <param name="rules">The rules that count, whether they are on or not.</param>
    /// <param name="now">Deadlines are counted from here.</param>
    public RuleJudge(ServedView view, IEnumerable<ApprovalRule> rules, DateTimeOffset now)
    {
        _view = view;
        _now = now;
        var categories = CategoryTree.Of(view);
        _rules = [.. ApprovalRule.InOrder(rules).Select(rule => new RuleMatcher(rule, categories))];
        _dependents = ApprovedDependents.Of(view);
    }

    /// <summary>A verdict for each group that a matching rule names; none for an update that no rule is about.</summary>
    public IReadOnlyList<RuleVerdict> Judge(UpdateEntry update)
    {
        if (update.Latest is not { } latest) return [];
        List<RuleVerdict>? verdicts = null;
        foreach (var matcher in _rules)
        {
            if (!matcher.Matches(latest)) continue;
            foreach (var groupId in matcher.Rule.Groups)
                if (verdicts is null || !verdicts.Exists(earlier => earlier.GroupId == groupId))
                    (verdicts ??= []).Add(Judge(matcher.Rule, update, groupId));
        }

        return verdicts ?? (IReadOnlyList<RuleVerdict>)[];
    }

    private RuleVerdict Judge(ApprovalRule rule, UpdateEntry update, Guid groupId)
    {
        if (_view.Groups.Find(groupId) is not { } group) return Skip(RuleSkipReason.GroupGone, "The group is there no more: take it out of the rule.");
        if (update.Approvals.Any(approval => approval.GroupId == groupId)) return Skip(RuleSkipReason.AlreadyDecided, $"Something is decided for {group.Name} already.");
        var plan = Plan(rule, update, group);
        var objections = ApprovalRules.Check(_view, plan, _dependents);
        return objections.Count == 0
            ? new RuleVerdict(rule, update, groupId, plan.Approval, RuleSkipReason.None, "")
            : Skip(ReasonOf(objections[0].Kind), string.Join(' ', objections.Select(objection => objection.Message)));

        RuleVerdict Skip(RuleSkipReason reason, string words) => new(rule, update, groupId, Approval: null, reason, words);
    }

    private ApprovalPlan Plan(ApprovalRule rule, UpdateEntry update, TargetGroup group) => new()
    {
        Update = update,
        Group = group,
        Action = rule.Action,
        Deadline = rule.Deadline?.Of(_now),
        IsDeadlineFloating = rule.Deadline is { IsFloating: true },
    };

    private static RuleSkipReason ReasonOf(ApprovalObjectionKind kind) => kind switch
    {
        ApprovalObjectionKind.Declined => RuleSkipReason.Declined,
        ApprovalObjectionKind.Expired => RuleSkipReason.Expired,
        ApprovalObjectionKind.EulaNotAccepted => RuleSkipReason.EulaNotAccepted,
        ApprovalObjectionKind.DeadlineWithUserInput => RuleSkipReason.DeadlineWithUserInput,
        ApprovalObjectionKind.OppositeOfDependency => RuleSkipReason.OppositeOfDependency,
        _ => RuleSkipReason.Refused,
    };
}
