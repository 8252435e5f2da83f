using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Approvals;

/// <summary>`decisions show`: how decisions go on by themselves.</summary>
internal sealed class DecisionsShowVerb() : Verb("show", "Say what becomes of approvals when revisions come, and of updates that expire.", "hierarchy decisions show")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new ApprovalService.ApprovalServiceClient(session.Channel).GetDecisionSettingsAsync, new GetDecisionSettingsRequest());
        var document = DecisionSettingsDocument.From(response.Settings);
        return session.Output.Write(document, console =>
        {
            foreach (var sentence in document.Sentences) console.WriteLine(sentence);
        });
    }
}
