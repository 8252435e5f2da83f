using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups.Rules;

/// <summary>`groups rules remove`: a rule goes.</summary>
internal sealed class GroupRulesRemoveVerb : GroupChangeVerb<RemoveGroupRuleRequest, RemoveGroupRuleResponse>
{
    private readonly Argument<string> name = new("NAME") { Description = "The rule." };

    public GroupRulesRemoveVerb()
        : base("remove", "Remove a rule: whoever is in its group by nothing else is there no longer.", "hierarchy groups rules remove laptops --what-if", "hierarchy groups rules remove laptops")
        => Add(name);

    protected override RemoveGroupRuleRequest Request(ParseResult arguments, bool whatIf) => new() { Name = arguments.GetRequiredValue(name), WhatIf = whatIf };

    protected override Task<RemoveGroupRuleResponse> AskAsync(Session session, GroupService.GroupServiceClient client, RemoveGroupRuleRequest request) => session.AskAsync(client.RemoveGroupRuleAsync, request);

    protected override GroupEffect EffectOf(RemoveGroupRuleResponse response) => response.Effect;

    protected override DecisionEffects? EffectsOf(RemoveGroupRuleResponse response) => response.Effects;

    protected override string Question(ParseResult arguments) => $"remove the rule {arguments.GetRequiredValue(name)}";

    protected override string Done(ParseResult arguments, RemoveGroupRuleResponse response) =>
        $"Removed the rule {response.Rule.Record.Name}: {Human.Count(response.ComputersLeft)} of {Human.Count(response.Rule.Computers)} computers are in {response.Rule.Group} no longer (cursor {PositionDocument.From(response.Position)}).";

    protected override int Write(Session session, ParseResult arguments, RemoveGroupRuleResponse response, bool whatIf, Action<IAnsiConsole> render) => session.Output.Write(
        new GroupRuleRemovedDocument(GroupRuleBody.From(response.Rule), whatIf, response.ComputersLeft, GroupEffectBody.From(response.Effect), PositionDocument.From(response.Position), whatIf ? EffectsBody.From(response.Effects) : null),
        console =>
        {
            if (whatIf) console.WriteLine($"It holds for {Human.Count(response.Rule.Computers)} computers; {Human.Count(response.ComputersLeft)} of them would be in {response.Rule.Group} no longer.");
            render(console);
        });
}
