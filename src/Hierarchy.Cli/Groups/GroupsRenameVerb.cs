using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups rename`: another name; approvals and those who were put into it stay.</summary>
internal sealed class GroupsRenameVerb : GroupChangeVerb<RenameGroupRequest, RenameGroupResponse>
{
    private readonly Argument<string> name = new("NAME") { Description = "The group, as it is called now." };
    private readonly Argument<string> newName = new("NEW-NAME") { Description = "What it is to be called; unique whatever the letter case." };

    public GroupsRenameVerb()
        : base("rename", "Give a target group another name.", "hierarchy groups rename Pilot \"Pilot Europe\"", "hierarchy groups rename Pilot \"Pilot Europe\" --what-if")
    {
        Add(name);
        Add(newName);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Its approvals stay, and so do the computers that were put into it. Computers that name their groups themselves are in it no longer, until they name the new one; `groups unknown` lists them.",
    ];

    protected override RenameGroupRequest Request(ParseResult arguments, bool whatIf) =>
        new() { Name = arguments.GetRequiredValue(name), NewName = arguments.GetRequiredValue(newName), WhatIf = whatIf };

    protected override Task<RenameGroupResponse> AskAsync(Session session, GroupService.GroupServiceClient client, RenameGroupRequest request) => session.AskAsync(client.RenameGroupAsync, request);

    protected override GroupEffect EffectOf(RenameGroupResponse response) => response.Effect;

    protected override DecisionEffects? EffectsOf(RenameGroupResponse response) => response.Effects;

    protected override string Question(ParseResult arguments) => $"rename group {arguments.GetRequiredValue(name)}";

    protected override string Done(ParseResult arguments, RenameGroupResponse response) => response.Changed
        ? $"Group {arguments.GetRequiredValue(name)} is called {response.Group.Name} (cursor {PositionDocument.From(response.Position)})."
        : $"It is called {response.Group.Name} already.";

    protected override int Write(Session session, ParseResult arguments, RenameGroupResponse response, bool whatIf, Action<IAnsiConsole> render)
        => session.Output.Write(
            new GroupRenamedDocument(
                Wire.Guid(response.Group.GroupId), arguments.GetRequiredValue(name), response.Group.Name, whatIf, response.Changed, GroupEffectBody.From(response.Effect),
                PositionDocument.From(response.Position), whatIf ? EffectsBody.From(response.Effects) : null),
            render);
}
