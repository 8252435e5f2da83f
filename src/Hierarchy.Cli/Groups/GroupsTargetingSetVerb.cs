using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups targeting set`: decides who says which groups a computer is in, in the whole tree.</summary>
internal sealed class GroupsTargetingSetVerb : GroupChangeVerb<SetTargetingRequest, SetTargetingResponse>
{
    private readonly Argument<string> targeting = new("WHO") { Description = "server, client or either." };

    public GroupsTargetingSetVerb()
        : base("set", "Decide who says which groups a computer is in, in the whole tree.", "hierarchy groups targeting set server --what-if", "hierarchy groups targeting set client")
    {
        targeting.AcceptOnlyFromAmong([.. TargetingText.Values.Keys]);
        Add(targeting);
    }

    public override IReadOnlyList<string> Details =>
    [
        "server: the administrator (`computers assign`, `groups rules`); what a computer names means nothing. Who was put into no group is in Unassigned Computers.",
        "client: the computer names its groups, ';' between them; where it was put means nothing. Who names none that is there is in Unassigned Computers; `groups unknown` lists such names.",
        "either: who was put into a group, by an administrator or by a rule, is there, and who was not is where it asks to be. So it is until somebody decides.",
        "Assignments and rules stay in any case, and count again when they are to. Only the root decides; it holds for autonomous servers, too.",
    ];

    protected override SetTargetingRequest Request(ParseResult arguments, bool whatIf) => new() { Targeting = TargetingText.Values[arguments.GetRequiredValue(targeting)], WhatIf = whatIf };

    protected override Task<SetTargetingResponse> AskAsync(Session session, GroupService.GroupServiceClient client, SetTargetingRequest request) => session.AskAsync(client.SetTargetingAsync, request);

    protected override GroupEffect EffectOf(SetTargetingResponse response) => response.Effect;

    protected override DecisionEffects? EffectsOf(SetTargetingResponse response) => response.Effects;

    protected override string Question(ParseResult arguments) => $"set targeting to {arguments.GetRequiredValue(targeting)}";

    protected override string Done(ParseResult arguments, SetTargetingResponse response) =>
        (response.Changed ? "" : "So it was already. ") + TargetingText.Sentence(TargetingText.Of(response.Targeting)) + (response.Changed ? $" (cursor {PositionDocument.From(response.Position)})" : "");

    protected override int Write(Session session, ParseResult arguments, SetTargetingResponse response, bool whatIf, Action<IAnsiConsole> render)
        => session.Output.Write(
            new TargetingSetDocument(TargetingText.Of(response.Targeting), whatIf, response.Changed, GroupEffectBody.From(response.Effect), PositionDocument.From(response.Position), whatIf ? EffectsBody.From(response.Effects) : null), render);
}
