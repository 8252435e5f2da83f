using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups.Rules;

/// <summary>`groups rules add`: a rule that puts computers into a group.</summary>
internal sealed class GroupRulesAddVerb : GroupChangeVerb<AddGroupRuleRequest, AddGroupRuleResponse>
{
    private readonly Argument<string> name = new("NAME") { Description = "What it is called; unique whatever the letter case." };
    private readonly Option<string> group = new("--group") { Description = "The group that it puts computers into.", HelpName = "NAME", Required = true };
    private readonly Option<string[]> computerNames = Values("--computer-name", "PATTERN", "The computer's name, with or without its domain.");
    private readonly Option<string[]> subnets = Values("--subnet", "CIDR", "A block that holds its address.");
    private readonly Option<string[]> sites = Values("--site", "NAME", "The site that it is in.");
    private readonly Option<string[]> versions = Values("--os-version", "VERSION", "The version of its operating system: '10.0.22*', 10.0.20348, '>=10.0.19041 <10.0.22000'.");
    private readonly Option<string[]> models = Values("--model", "PATTERN", "Its model, its maker, or both with a space between.");

    public GroupRulesAddVerb()
        : base(
            "add", "Put computers into a group by what is known of them.",
            "hierarchy groups rules add laptops --group Laptops --model 'Latitude*' 'ThinkPad*' --what-if",
            "hierarchy groups rules add \"Berlin servers\" --group \"Pilot Berlin\" --computer-name 'BER-SRV-*' --site berlin --os-version '>=10.0.20348'")
    {
        Add(name);
        Add(group);
        Add(computerNames);
        Add(subnets);
        Add(sites);
        Add(versions);
        Add(models);
        Validators.Add(result =>
        {
            if (new[] { computerNames, subnets, sites, versions, models }.All(option => result.GetResult(option) is null))
                result.AddError("Say for which computers: --computer-name, --subnet, --site, --os-version or --model.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "Of each kind of condition that is given, one value must hold; several kinds must all hold. In patterns, * is any text and ? one character, whatever the letter case.",
        "A version is compared in as many parts as are given: 10.0.20348.2527 is 10.0.20348, and is not above it. What a computer did not say holds for nothing.",
        "Rules add to what an administrator put a computer into; which order they were made in never matters. Where computers name their groups (`groups targeting`), rules are refused.",
        "They are looked at where the computer asks, whenever it asks: a laptop that visits another site may belong elsewhere there.",
    ];

    protected override AddGroupRuleRequest Request(ParseResult arguments, bool whatIf)
    {
        var rule = new GroupRuleRecord { Name = arguments.GetRequiredValue(name) };
        rule.ComputerNames.Add(arguments.GetValue(computerNames) ?? []);
        rule.Subnets.Add(arguments.GetValue(subnets) ?? []);
        rule.Sites.Add(arguments.GetValue(sites) ?? []);
        rule.OsVersions.Add(arguments.GetValue(versions) ?? []);
        rule.Models.Add(arguments.GetValue(models) ?? []);
        return new AddGroupRuleRequest { Rule = rule, Group = arguments.GetRequiredValue(group), WhatIf = whatIf };
    }

    protected override Task<AddGroupRuleResponse> AskAsync(Session session, GroupService.GroupServiceClient client, AddGroupRuleRequest request) => session.AskAsync(client.AddGroupRuleAsync, request);

    protected override GroupEffect EffectOf(AddGroupRuleResponse response) => response.Effect;

    protected override DecisionEffects? EffectsOf(AddGroupRuleResponse response) => response.Effects;

    protected override string Question(ParseResult arguments) => $"add the rule {arguments.GetRequiredValue(name)}";

    protected override string Done(ParseResult arguments, AddGroupRuleResponse response) =>
        $"Added the rule {response.Rule.Record.Name}: it holds for {Human.Count(response.Rule.Computers)} computers, {Human.Count(response.ComputersJoined)} of which come into {response.Rule.Group} (cursor {PositionDocument.From(response.Position)}).";

    protected override int Write(Session session, ParseResult arguments, AddGroupRuleResponse response, bool whatIf, Action<IAnsiConsole> render) => session.Output.Write(
        new GroupRuleAddedDocument(GroupRuleBody.From(response.Rule), whatIf, response.ComputersJoined, GroupEffectBody.From(response.Effect), PositionDocument.From(response.Position), whatIf ? EffectsBody.From(response.Effects) : null),
        console =>
        {
            if (whatIf) console.WriteLine($"It would hold for {Human.Count(response.Rule.Computers)} computers; {Human.Count(response.ComputersJoined)} of them would come into {response.Rule.Group}.");
            render(console);
        });

    private static Option<string[]> Values(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, AllowMultipleArgumentsPerToken = true };
}
