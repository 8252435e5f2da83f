using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Effects;
using DomainRule = Hierarchy.Domain.Groups.GroupRule;
using DomainTargeting = Hierarchy.Domain.Groups.Targeting;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Rules that put computers into groups by what is known of them.</summary>
internal sealed class GroupRuleAdministration(DecisionDesk desk, IReportStore reports, GroupEffects effects, ComputerAdministration computers)
{
    public async Task<AddGroupRuleResponse> AddAsync(AddGroupRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var asked = Read(request.Rule ?? new GroupRuleRecord());
        var view = desk.View;
        var (rule, changes) = Add(view, asked, request.Group);
        var response = new AddGroupRuleResponse { Effect = await effects.OfAsync(view, changes, cancellationToken) };
        (response.Rule, response.ComputersJoined, _) = await CountAsync(view, HypotheticalView.After(view, changes), rule, cancellationToken);
        if (request.WhatIf) response.Effects = await desk.ForeseeAsync(view, changes, cancellationToken);
        else response.Position = (await desk.DecideAsync(new DecisionIntent("groups rules add"), newest => Add(newest, rule, request.Group), cancellationToken)).Position?.ToProto();
        return response;
    }

    public async Task<ListGroupRulesResponse> ListAsync(CancellationToken cancellationToken)
    {
        var view = desk.View;
        var response = new ListGroupRulesResponse { Targeting = TargetingAdministration.Shown(view) };
        var counts = new Dictionary<Guid, int>();
        var matching = new List<DomainRule>();
        foreach (var computer in KnownComputers.Of(view, await reports.ListComputersAsync(cancellationToken)))
        {
            matching.Clear();
            view.Rules.Match(computer.Facts, view.SiteOf(computer.Facts)?.Name, matching);
            foreach (var rule in matching) counts[rule.Id] = counts.GetValueOrDefault(rule.Id) + 1;
        }

        response.Rules.Add(view.Rules.All.Select(rule => Describe(view, rule, counts.GetValueOrDefault(rule.Id))));
        return response;
    }

    public async Task<RemoveGroupRuleResponse> RemoveAsync(RemoveGroupRuleRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var view = desk.View;
        var (rule, changes) = Remove(view, request.Name);
        var response = new RemoveGroupRuleResponse { Effect = await effects.OfAsync(view, changes, cancellationToken) };
        (response.Rule, _, response.ComputersLeft) = await CountAsync(view, HypotheticalView.After(view, changes), rule, cancellationToken);
        if (request.WhatIf) response.Effects = await desk.ForeseeAsync(view, changes, cancellationToken);
        else response.Position = (await desk.DecideAsync(new DecisionIntent("groups rules remove"), newest => Remove(newest, request.Name), cancellationToken)).Position?.ToProto();
        return response;
    }

    public async Task<TestGroupRulesResponse> TestAsync(TestGroupRulesRequest request, CancellationToken cancellationToken)
    {
        var view = desk.View;
        var facts = (await computers.FindAsync(view, request.Computer, cancellationToken)).Facts;
        var site = view.SiteOf(facts)?.Name;
        var response = new TestGroupRulesResponse { ComputerId = facts.ComputerId, Computer = facts.Name, Site = site ?? "", Targeting = TargetingAdministration.Shown(view) };
        foreach (var rule in view.Rules.All)
        {
            var tested = new TestedGroupRule { Name = rule.Name, Group = view.Groups.Find(rule.GroupId)?.Name ?? "" };
            tested.Unmet.Add(GroupRuleSet.Unmet(rule, facts, site));
            tested.Holds = tested.Unmet.Count == 0;
            response.Rules.Add(tested);
        }

        response.Places.Add(view.PlacementOf(facts).Select(place => GroupPlaces.ToProto(view, place)));
        return response;
    }

    private static (DomainRule Rule, IReadOnlyList<Change> Changes) Add(ServedView view, DomainRule asked, string groupName)
    {
        var group = view.Groups.Find(groupName.Trim()) ?? throw Refusal.NotFound($"There is no group '{groupName.Trim()}'. `hierarchy groups list` lists them, `hierarchy groups add` makes one.");
        if (group.IsBuiltIn) throw Refusal.Precondition($"{group.Name} needs no rule: {(group.Id == TargetGroup.AllComputers.Id ? "every computer is in it" : "it holds whoever is in no other group")}. Name another group.");
        if (view.TreeSettings.Targeting == DomainTargeting.Client)
            throw Refusal.Precondition("Computers name their groups themselves in this tree, so a rule would mean nothing. `hierarchy groups targeting set server` at the root changes that.");
        if (view.Rules.Find(asked.Name) is { } known) throw Refusal.Exists($"There is a rule '{known.Name}' already. `hierarchy groups rules remove \"{known.Name}\"` removes it.");
        if (view.Rules.All.Count >= DomainRule.MaxRules) throw Refusal.Precondition($"There are {DomainRule.MaxRules} rules already, as many as are kept: remove some.");
        var sites = asked.Sites.Select(name => SiteAdministration.Require(view, name).Name).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var rule = asked with { GroupId = group.Id, Sites = sites };
        return (rule, [GroupRecords.Rule(rule)]);
    }

    private static (DomainRule Rule, IReadOnlyList<Change> Changes) Remove(ServedView view, string name)
    {
        var rule = view.Rules.Find(name.Trim()) ?? throw Refusal.NotFound($"There is no rule '{name.Trim()}'. `hierarchy groups rules list` lists them.");
        return (rule, [GroupRecords.NoRule(rule.Id)]);
    }

    /// <summary>What was asked for, understood; all that is wrong with it in one error.</summary>
    private static DomainRule Read(GroupRuleRecord record)
    {
        var faults = new List<string>();
        var subnets = new List<Subnet>();
        foreach (var text in record.Subnets)
        {
            if (Subnet.TryParse(text, out var subnet, out var error)) subnets.Add(subnet);
            else faults.Add(error);
        }

        var rule = new DomainRule
        {
            Id = Guid.NewGuid(),
            Name = record.Name.Trim(),
            GroupId = Guid.Empty,
            ComputerNames = Texts(record.ComputerNames),
            Subnets = [.. subnets.Distinct()],
            Sites = Texts(record.Sites),
            OsVersions = Texts(record.OsVersions),
            Models = Texts(record.Models),
        };
        faults.AddRange(rule.Faults().Where(_ => faults.Count == 0 || rule.ConditionKinds > 0));
        return faults.Count == 0 ? rule : throw Refusal.Invalid(string.Join(" ", faults.Distinct()));
    }

    private static string[] Texts(IEnumerable<string> texts) => [.. texts.Select(text => text.Trim()).Distinct(StringComparer.OrdinalIgnoreCase)];

    private async Task<(Protocol.Admin.V1.GroupRule Rule, int Joined, int Left)> CountAsync(ServedView before, ServedView after, DomainRule rule, CancellationToken cancellationToken)
    {
        var (holds, joined, left) = (0, 0, 0);
        var (alone, matching) = (new GroupRuleSet([rule]), new List<DomainRule>());
        foreach (var computer in KnownComputers.Of(before, await reports.ListComputersAsync(cancellationToken)))
        {
            matching.Clear();
            alone.Match(computer.Facts, before.SiteOf(computer.Facts)?.Name, matching);
            if (matching.Count == 0) continue;
            holds++;
            var (was, becomes) = (before.DirectGroupsOf(computer.Facts).Contains(rule.GroupId), after.DirectGroupsOf(computer.Facts).Contains(rule.GroupId));
            if (becomes && !was) joined++;
            if (was && !becomes) left++;
        }

        return (Describe(before, rule, holds), joined, left);
    }

    private static Protocol.Admin.V1.GroupRule Describe(ServedView view, DomainRule rule, int computers) => new()
    {
        Record = GroupRecords.Message(rule),
        Group = view.Groups.Find(rule.GroupId)?.Name ?? "",
        Computers = computers,
        NotUnderstood = !rule.IsUnderstood,
    };
}
