using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Computers;

/// <summary>`computers show`: one computer with what it said of each update.</summary>
internal sealed class ComputersShowVerb : Verb
{
    private readonly Argument<string> name = new("COMPUTER") { Description = "Its id, the beginning of it, or its name." };

    public ComputersShowVerb()
        : base("show", "Show one computer with the state of each update on it.", "hierarchy computers show pc-17")
        => Add(name);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.GetComputerAsync, new GetComputerRequest { Computer = arguments.GetRequiredValue(name) });
        var document = new ComputerDetailDocument(ComputerBody.From(response.Computer), [.. response.Statuses.Select(ComputerStatusBody.From)]);
        return session.Output.Write(document, console =>
        {
            var computer = document.Computer;
            console.Write(Output.Facts(
                ("Computer", computer.Name), ("Id", computer.ComputerId), ("Address", computer.Address), ("System", computer.OperatingSystem),
                (computer.Assigned ? "Assigned to" : "Groups", string.Join(", ", computer.Groups)), ("Server", computer.Server), ("Reported", computer.Seen ? computer.ReportedAt : "not seen yet")));
            var table = session.Output.Table("UPDATE", "TITLE", "STATE", "RESULT", "TIME");
            foreach (var status in document.Statuses)
                table.AddTextRow(status.UpdateId, status.Title, status.State.Replace('_', ' '), Human.ResultCode(status.ResultCode), status.Time);
            console.Write(table);
        });
    }
}
