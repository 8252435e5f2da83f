using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Updates;

/// <summary>`status`: who has an update.</summary>
internal sealed class StatusVerb : Verb
{
    private readonly Argument<string> update = UpdateArgument.Create();

    public StatusVerb()
        : base(
            "status", "Show the state of one update on all computers.",
            "hierarchy status KB5013943", "hierarchy --output json status KB5013943 | jq .states.installed")
        => Add(update);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new GetUpdateStatusRequest { Update = arguments.GetRequiredValue(update) };
        var document = UpdateStatusDocument.From(await session.AskAsync(session.Admin.GetUpdateStatusAsync, request));
        return session.Output.Write(document, console =>
        {
            console.WriteLine(document.Update.Title);
            console.WriteLine(string.Join(", ", document.States.Where(state => state.Value > 0).Select(state => $"{state.Key.Replace('_', ' ')} {Human.Count(state.Value)}")));
            if (document.Computers.Count == 0) return;
            var table = session.Output.Table("COMPUTER", "STATE", "RESULT", "TIME");
            foreach (var computer in document.Computers)
                table.AddTextRow(computer.Computer, computer.State.Replace('_', ' '), Human.ResultCode(computer.ResultCode), computer.Time);
            console.Write(table);
        });
    }
}
