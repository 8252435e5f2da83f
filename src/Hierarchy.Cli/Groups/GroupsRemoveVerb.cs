using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups remove`: a target group and its approvals go.</summary>
internal sealed class GroupsRemoveVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The group." };

    public GroupsRemoveVerb()
        : base("remove", "Remove a target group with its approvals. Not one that came with the server, nor one with groups in it.", "hierarchy groups remove Pilot")
        => Add(name);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var group = arguments.GetRequiredValue(name);
        var response = await session.AskAsync(session.Admin.RemoveGroupAsync, new RemoveGroupRequest { Name = group });
        var document = new GroupRemovedDocument(group, response.ApprovalsRemoved, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"Removed group {group} and {document.ApprovalsRemoved} approvals (cursor {document.Position})."));
    }
}
