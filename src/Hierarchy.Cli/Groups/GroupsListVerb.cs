using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups list`: all target groups.</summary>
internal sealed class GroupsListVerb() : Verb("list", "List target groups and how many computers name them.", "hierarchy groups list")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.ListGroupsAsync, new ListGroupsRequest());
        var groups = response.Groups.Select(GroupBody.From).ToList();
        return session.Output.Write(new GroupListDocument(groups), console =>
        {
            var table = session.Output.Table("GROUP", "NESTED IN", "COMPUTERS", "BUILT IN");
            foreach (var group in groups) table.AddTextRow(group.Name, group.Parent, Human.Count(group.Computers), Human.YesNo(group.BuiltIn));
            console.Write(table);
        });
    }
}
