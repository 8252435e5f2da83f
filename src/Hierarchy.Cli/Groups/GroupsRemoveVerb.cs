using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups remove`: a target group and its approvals go.</summary>
internal sealed class GroupsRemoveVerb : GroupChangeVerb<DeleteGroupRequest, DeleteGroupResponse>
{
    private readonly Argument<string> name = new("NAME") { Description = "The group." };

    public GroupsRemoveVerb()
        : base("remove", "Remove a target group with its approvals. Not one that came with the server, nor one with groups in it.", "hierarchy groups remove Pilot", "hierarchy groups remove Pilot --what-if")
        => Add(name);

    public override IReadOnlyList<string> Details =>
    [
        "Its approvals, and the rules that put computers into it, go with it; what a group above says counts no more for its computers, unless they are elsewhere below it.",
        "Computers that were put into it alone are in Unassigned Computers then; what they name does not count by that.",
        "A large group goes in several transactions, the group itself in the last one: when that breaks off, do it again.",
    ];

    protected override DeleteGroupRequest Request(ParseResult arguments, bool whatIf) => new() { Name = arguments.GetRequiredValue(name), WhatIf = whatIf };

    protected override Task<DeleteGroupResponse> AskAsync(Session session, GroupService.GroupServiceClient client, DeleteGroupRequest request) => session.AskAsync(client.DeleteGroupAsync, request);

    protected override GroupEffect EffectOf(DeleteGroupResponse response) => response.Effect;

    protected override DecisionEffects? EffectsOf(DeleteGroupResponse response) => response.Effects;

    protected override string Question(ParseResult arguments) => $"remove group {arguments.GetRequiredValue(name)}";

    protected override string Done(ParseResult arguments, DeleteGroupResponse response) =>
        $"Removed group {response.Group.Name} and {response.Effect.ApprovalsRemoved} approvals (cursor {PositionDocument.From(response.Position)}).";

    protected override int Write(Session session, ParseResult arguments, DeleteGroupResponse response, bool whatIf, Action<IAnsiConsole> render)
        => session.Output.Write(
            new GroupRemovedDocument(
                response.Group.Name, response.Effect.ApprovalsRemoved, PositionDocument.From(response.Position), whatIf, GroupEffectBody.From(response.Effect), response.Transactions, whatIf ? EffectsBody.From(response.Effects) : null),
            render);
}
