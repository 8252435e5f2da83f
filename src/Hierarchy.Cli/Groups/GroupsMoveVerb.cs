using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups move`: nests a group in another one.</summary>
internal sealed class GroupsMoveVerb : GroupChangeVerb<MoveGroupRequest, MoveGroupResponse>
{
    private readonly Argument<string> name = new("NAME") { Description = "The group; what is in it goes along." };
    private readonly Option<string> to = new("--to") { Description = "The group that it is to be in; All Computers is the top.", HelpName = "NAME", Required = true };

    public GroupsMoveVerb()
        : base("move", "Nest a target group, with all that is in it, in another one.", "hierarchy groups move \"Pilot Berlin\" --to Europe", "hierarchy groups move Pilot --to \"All Computers\" --what-if")
    {
        Add(name);
        Add(to);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Its own approvals stay. Those of the groups above count no more for its computers, and those of the groups that it comes to be in do; where approvals conflict, the deeper group wins, so that its depth matters, too.",
    ];

    protected override MoveGroupRequest Request(ParseResult arguments, bool whatIf) => new() { Name = arguments.GetRequiredValue(name), Parent = arguments.GetRequiredValue(to), WhatIf = whatIf };

    protected override Task<MoveGroupResponse> AskAsync(Session session, GroupService.GroupServiceClient client, MoveGroupRequest request) => session.AskAsync(client.MoveGroupAsync, request);

    protected override GroupEffect EffectOf(MoveGroupResponse response) => response.Effect;

    protected override DecisionEffects? EffectsOf(MoveGroupResponse response) => response.Effects;

    protected override string Question(ParseResult arguments) => $"move group {arguments.GetRequiredValue(name)} into {arguments.GetRequiredValue(to)}";

    protected override string Done(ParseResult arguments, MoveGroupResponse response) => response.Changed
        ? $"Group {response.Group.Name} is in {response.Parent} (cursor {PositionDocument.From(response.Position)})."
        : $"{response.Group.Name} is in {response.Parent} already.";

    protected override int Write(Session session, ParseResult arguments, MoveGroupResponse response, bool whatIf, Action<IAnsiConsole> render)
        => session.Output.Write(
            new GroupMovedDocument(
                Wire.Guid(response.Group.GroupId), response.Group.Name, response.Parent, whatIf, response.Changed, GroupEffectBody.From(response.Effect), PositionDocument.From(response.Position), whatIf ? EffectsBody.From(response.Effects) : null),
            render);
}
