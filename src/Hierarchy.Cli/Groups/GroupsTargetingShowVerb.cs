using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>`groups targeting show`: who says which groups a computer is in.</summary>
internal sealed class GroupsTargetingShowVerb() : Verb("show", "Show who says which groups a computer is in.", "hierarchy groups targeting show")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new GroupService.GroupServiceClient(session.Channel).GetTargetingAsync, new GetTargetingRequest());
        var document = new TargetingDocument(TargetingText.Of(response.Targeting));
        return session.Output.Write(document, console => console.WriteLine($"{document.Targeting}: {TargetingText.Sentence(document.Targeting)}"));
    }
}
