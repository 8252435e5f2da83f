using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Computers;

/// <summary>`computers list`: all computers that the server knows.</summary>
internal sealed class ComputersListVerb() : Verb(
    "list", "List computers with their last report.", "hierarchy computers list", "hierarchy --output json computers list | jq '.computers[] | select(.states.failed > 0)'")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.ListComputersAsync, new ListComputersRequest());
        var computers = response.Computers.Select(ComputerBody.From).ToList();
        return session.Output.Write(new ComputerListDocument(computers), console =>
        {
            var table = session.Output.Table("COMPUTER", "ADDRESS", "GROUPS", "SERVER", "REPORTED", "NEEDED", "INSTALLED", "FAILED");
            foreach (var computer in computers)
                table.AddTextRow(
                    computer.Name, computer.Address, string.Join(", ", computer.Groups), computer.Server, computer.Seen ? computer.ReportedAt : "not seen yet",
                    Human.Count(computer.States["not_installed"] + computer.States["downloaded"]), Human.Count(computer.States["installed"]),
                    Human.Count(computer.States["failed"]));
            console.Write(table);
            console.WriteLine($"{Human.Count(computers.Count)} computers.");
        });
    }
}
