using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups unknown`: names that computers ask for and that no group has.</summary>
internal sealed class GroupsUnknownVerb() : Verb("unknown", "List groups that computers name and that are not there.", "hierarchy groups unknown")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new GroupService.GroupServiceClient(session.Channel).ListUnknownGroupsAsync, new ListUnknownGroupsRequest());
        var document = new UnknownGroupsDocument(TargetingText.Of(response.Targeting), [.. response.Groups.Select(UnknownGroupBody.From)]);
        return session.Output.Write(document, console =>
        {
            if (document.Targeting == "server") console.WriteLine(TargetingText.Sentence(document.Targeting));
            if (document.Groups.Count == 0)
            {
                console.WriteLine("Every group that a computer names is there.");
                return;
            }

            var table = session.Output.Table("NAME", "COMPUTERS", "UNASSIGNED", "FOR EXAMPLE");
            foreach (var group in document.Groups) table.AddTextRow(group.Name, Human.Count(group.Computers), Human.Count(group.Unassigned), string.Join(", ", group.Examples));
            console.Write(table);
        });
    }
}
