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

    private readonly Option<string> update = new("--update") { Description = "Why the computer is told what it is told about this update: an id, the beginning of one, or a KB number.", HelpName = "UPDATE" };

    public ComputersShowVerb()
        : base("show", "Show one computer with the state of each update on it, or why an update is offered to it or not.", "hierarchy computers show pc-17", "hierarchy computers show pc-17 --update KB5013943")
    {
        Add(name);
        Add(update);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        if (arguments.GetValue(update) is { } asked) return await ExplainAsync(session, arguments.GetRequiredValue(name), asked);
        var response = await session.AskAsync(session.Admin.GetComputerAsync, new GetComputerRequest { Computer = arguments.GetRequiredValue(name) });
        var document = ComputerDetailDocument.From(response);
        return session.Output.Write(document, console =>
        {
            var computer = document.Computer;
            console.Write(Output.Facts(
                ("Computer", computer.Name), ("Id", computer.ComputerId), ("Address", computer.Address), ("System", computer.OperatingSystem),
                ("Version", computer.OsVersion), ("Model", computer.Manufacturer is null && computer.Model is null ? null : $"{computer.Manufacturer} {computer.Model}".Trim()), ("Site", computer.Site),
                ("Groups", computer.Places.Count == 0 ? string.Join(", ", computer.Groups) : string.Join(", ", computer.Places.Select(place => place.Sentence))), ("Server", computer.Server), ("Reported", computer.Seen ? computer.ReportedAt : "not seen yet")));
            foreach (var copy in document.Office) console.WriteLine($"Office: {copy.Description}{(copy.Name is null ? "" : $" ({copy.Name})")}");
            foreach (var note in document.OfficeNotes) console.WriteLine(note);
            var table = session.Output.Table("UPDATE", "TITLE", "USER", "STATE", "HELD", "RESULT", "TIME");
            foreach (var status in document.Statuses)
                table.AddTextRow(status.UpdateId, status.Title, status.User ?? "", status.State.Replace('_', ' '), status.Hold?.Replace('_', ' ') ?? "", Human.ResultCode(status.ResultCode), status.Time);
            console.Write(table);
        });
    }

    private static async Task<int> ExplainAsync(Session session, string computer, string update)
    {
        var response = await session.AskAsync(new ApprovalService.ApprovalServiceClient(session.Channel).ExplainDecisionAsync, new ExplainDecisionRequest { Computer = computer, Update = update });
        var document = ExplanationDocument.From(response);
        return session.Output.Write(document, console =>
        {
            console.Write(Output.Facts(
                ("Computer", document.Computer), ("Update", $"{document.Title} ({document.UpdateId})"),
                ("Decided", document.Action is null ? "nothing: the computer is not told of it" : $"{document.Action.Replace('_', ' ')}, revision {document.RevisionNumber}"),
                ("Deadline", document.Deadline is null ? "none" : document.DeadlineIsFloating ? $"{document.Deadline} by its own clock" : document.Deadline),
                ("Reported", document.State?.Replace('_', ' ') ?? "nothing yet")));
            console.WriteLine();
            foreach (var reason in document.Reasons) console.WriteLine($"- {reason}");
            if (document.Outcome.Count == 0) return;
            console.WriteLine();
            console.WriteLine("On the computer:");
            foreach (var line in document.Outcome) console.WriteLine($"- {line}");
        });
    }
}
