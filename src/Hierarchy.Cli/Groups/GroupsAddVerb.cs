using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups add`: a new target group.</summary>
internal sealed class GroupsAddVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "What it is called; unique whatever the letter case." };
    private readonly Option<string> parent = new("--parent") { Description = "The group that it is nested in; All Computers when not given.", HelpName = "NAME" };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public GroupsAddVerb()
        : base("add", "Add a target group.", "hierarchy groups add Pilot", "hierarchy groups add \"Pilot Berlin\" --parent Pilot")
    {
        Add(name);
        Add(parent);
        Add(whatIf);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new AddGroupRequest { Name = arguments.GetRequiredValue(name), Parent = arguments.GetValue(parent) ?? "", WhatIf = arguments.GetValue(whatIf) };
        var response = await session.AskAsync(session.Admin.AddGroupAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "groups add", changed: true, response.Effects);
        var document = new GroupAddedDocument(GroupBody.From(response.Group), PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine($"Added group {document.Group.Name} in {document.Group.Parent} (cursor {document.Position})."));
    }
}
