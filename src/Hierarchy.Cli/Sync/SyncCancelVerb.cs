using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync cancel`: stops the synchronization that runs.</summary>
internal sealed class SyncCancelVerb() : Verb("cancel", "Stop the synchronization that runs. What it stored stays, and the next one goes on behind it.", "hierarchy sync cancel")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.CancelSyncAsync, new CancelSyncRequest { RequestedBy = session.User });
        var document = new SyncRunDocument(SyncRunBody.From(response.Run));
        return session.Output.Write(document, console => console.WriteLine(
            document.Run.Outcome == "cancelled" ? "Stopped; what was stored stays, and the next synchronization goes on behind it." : $"It had ended by itself: {document.Run.Outcome}."));
    }
}
