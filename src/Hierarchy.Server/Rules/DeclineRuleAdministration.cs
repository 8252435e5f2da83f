using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Rules;

/// <summary>Decline rules, as administrators write them.</summary>
internal sealed class DeclineRuleAdministration(DecisionDesk desk)
{
    public ListDeclineRulesResponse List()
    {
        var response = new ListDeclineRulesResponse { NotRun = RuleFinder.WhyNot(desk) };
        response.Rules.Add(desk.View.AutomaticDeclines.Values.OrderBy(rule => rule.Name, StringComparer.OrdinalIgnoreCase).ThenBy(rule => rule.Id).Select(RuleRecords.Message));
        return response;
    }

    public async Task<AddDeclineRuleResponse> AddAsync(AddDeclineRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var name = RuleFinder.Checked(request.Name);
        var rule = Apply(new DeclineRule { Id = Guid.NewGuid(), Name = name }, request.Settings ?? new DeclineRuleSettings());
        var outcome = await desk.DecideAsync<DeclineRule>(
            new DecisionIntent("rules declines add", request.RequestedBy),
            view =>
            {
                if (view.AutomaticDeclines.Count >= DeclineRule.MaxRules) throw Refusal.Precondition($"There are {DeclineRule.MaxRules} decline rules, and that is the most: remove one first.");
                RuleFinder.RequireFree(NamesOf(view), Guid.Empty, name);
                return (rule, [RuleRecords.Rule(rule)]);
            },
            cancellationToken);
        return new AddDeclineRuleResponse { Rule = RuleRecords.Message(outcome.Result), Position = outcome.Position?.ToProto() };
    }

    public async Task<ChangeDeclineRuleResponse> ChangeAsync(ChangeDeclineRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var settings = request.Settings ?? new DeclineRuleSettings();
        var outcome = await desk.DecideAsync<DeclineRule>(
            new DecisionIntent("rules declines set", request.RequestedBy),
            view =>
            {
                var known = RuleFinder.Decline(view, request.Rule);
                var rule = Apply(settings.HasName ? known with { Name = RuleFinder.Checked(settings.Name) } : known, settings);
                RuleFinder.RequireFree(NamesOf(view), rule.Id, rule.Name);
                IReadOnlyList<Change> changes = rule == known ? [] : [RuleRecords.Rule(rule)];
                return (rule, changes);
            },
            cancellationToken);
        return new ChangeDeclineRuleResponse { Rule = RuleRecords.Message(outcome.Result), Changed = outcome.HasChanged, Position = outcome.Position?.ToProto() };
    }

    public async Task<RemoveDeclineRuleResponse> RemoveAsync(RemoveDeclineRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var outcome = await desk.DecideAsync<DeclineRule>(
            new DecisionIntent("rules declines remove", request.RequestedBy),
            view =>
            {
                var rule = RuleFinder.Decline(view, request.Rule);
                return (rule, [RuleRecords.NoDeclineRule(rule.Id)]);
            },
            cancellationToken);
        return new RemoveDeclineRuleResponse { Rule = RuleRecords.Message(outcome.Result), Position = outcome.Position?.ToProto() };
    }

    private static IEnumerable<(Guid Id, string Name)> NamesOf(ServedView view) => view.AutomaticDeclines.Values.Select(rule => (rule.Id, rule.Name));

    private static DeclineRule Apply(DeclineRule rule, DeclineRuleSettings settings)
    {
        if (settings.HasOn) rule = rule with { IsOn = settings.On };
        if (settings.HasOlderThanDays)
            rule = rule with
            {
                OlderThanDays = settings.OlderThanDays is >= 0 and <= DeclineRule.MaxDays ? settings.OlderThanDays : throw Refusal.Invalid($"An update has been here for 0 to {DeclineRule.MaxDays} days."),
            };
        if (settings.HasEvenIfNeeded) rule = rule with { EvenIfNeeded = settings.EvenIfNeeded };
        if (settings.HasEvenIfNotReplaced) rule = rule with { EvenIfNotReplaced = settings.EvenIfNotReplaced };
        return rule;
    }
}
