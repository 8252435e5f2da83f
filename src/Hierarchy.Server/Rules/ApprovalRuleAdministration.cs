using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;
using ApprovalRule = Hierarchy.Domain.Approvals.Rules.ApprovalRule;

namespace Hierarchy.Server.Rules;

/// <summary>Approval rules, as administrators write them. Their places are 1, 2, 3, …: putting one somewhere moves those behind it, in the same transaction.</summary>
internal sealed class ApprovalRuleAdministration(DecisionDesk desk)
{
    public ListApprovalRulesResponse List()
    {
        var view = desk.View;
        var response = new ListApprovalRulesResponse { NotRun = RuleFinder.WhyNot(desk) };
        response.Rules.Add(ApprovalRule.InOrder(view.AutomaticApprovals.Values).Select(rule => RuleMessages.Describe(view, rule)));
        return response;
    }

    public async Task<AddApprovalRuleResponse> AddAsync(AddApprovalRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var name = RuleFinder.Checked(request.Name);
        var settings = request.Settings ?? new ApprovalRuleSettings();
        var outcome = await desk.DecideAsync<ApprovalRule>(
            new DecisionIntent("rules add", request.RequestedBy),
            view =>
            {
                if (view.AutomaticApprovals.Count >= ApprovalRule.MaxRules) throw Refusal.Precondition($"There are {ApprovalRule.MaxRules} approval rules, and that is the most: remove one first.");
                RuleFinder.RequireFree(NamesOf(view), Guid.Empty, name);
                if (settings.Groups is not { Names.Count: > 0 }) throw Refusal.Invalid("Say for which groups it approves: --group NAME. All Computers is one as well.");
                var rule = new RuleWriter(view).Apply(new ApprovalRule { Id = Guid.NewGuid(), Name = name, Order = view.AutomaticApprovals.Count + 1, Groups = [] }, settings);
                var changes = Place(view, rule, out rule);
                // What is there already is not new; from the first rule on it is remembered how far they have looked.
                if (view.RulesLooked is null) changes.Add(RuleRecords.Progress(new RuleProgress(view.Head.Position)));
                return (rule, changes);
            },
            cancellationToken);
        return new AddApprovalRuleResponse { Rule = RuleMessages.Describe(desk.View, outcome.Result), Position = outcome.Position?.ToProto() };
    }

    public async Task<ChangeApprovalRuleResponse> ChangeAsync(ChangeApprovalRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var settings = request.Settings ?? new ApprovalRuleSettings();
        var outcome = await desk.DecideAsync<ApprovalRule>(
            new DecisionIntent("rules set", request.RequestedBy),
            view =>
            {
                var known = RuleFinder.Approval(view, request.Rule);
                if (settings.HasName) RuleFinder.RequireFree(NamesOf(view), known.Id, RuleFinder.Checked(settings.Name));
                var changes = Place(view, new RuleWriter(view).Apply(known, settings), out var rule);
                return (rule, changes);
            },
            cancellationToken);
        return new ChangeApprovalRuleResponse { Rule = RuleMessages.Describe(desk.View, outcome.Result), Changed = outcome.HasChanged, Position = outcome.Position?.ToProto() };
    }

    public async Task<RemoveApprovalRuleResponse> RemoveAsync(RemoveApprovalRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        Protocol.Admin.V1.ApprovalRule? removed = null;
        var outcome = await desk.DecideAsync<int>(
            new DecisionIntent("rules remove", request.RequestedBy),
            view =>
            {
                var rule = RuleFinder.Approval(view, request.Rule);
                removed = RuleMessages.Describe(view, rule);
                var rest = ApprovalRule.InOrder(view.AutomaticApprovals.Values).Where(other => other.Id != rule.Id).ToList();
                return (0, [RuleRecords.NoApprovalRule(rule.Id), .. Renumbered(view, rest)]);
            },
            cancellationToken);
        return new RemoveApprovalRuleResponse { Rule = removed, Position = outcome.Position?.ToProto() };
    }

    private static IEnumerable<(Guid Id, string Name)> NamesOf(ServedView view) => view.AutomaticApprovals.Values.Select(rule => (rule.Id, rule.Name));

    /// <summary>The changes that give the rule its place among the others, those included that make room for it.</summary>
    private static List<Change> Place(ServedView view, ApprovalRule rule, out ApprovalRule placed)
    {
        var others = ApprovalRule.InOrder(view.AutomaticApprovals.Values).Where(other => other.Id != rule.Id).ToList();
        var at = Math.Clamp(rule.Order - 1, 0, others.Count);
        others.Insert(at, rule);
        placed = rule with { Order = at + 1 };
        return Renumbered(view, others);
    }

    private static List<Change> Renumbered(ServedView view, List<ApprovalRule> rules)
    {
        var changes = new List<Change>();
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i] with { Order = i + 1 };
            if (!rule.Equals(view.AutomaticApprovals.GetValueOrDefault(rule.Id))) changes.Add(RuleRecords.Rule(rule));
        }

        return changes;
    }
}
