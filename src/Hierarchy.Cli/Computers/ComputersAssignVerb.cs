using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Computers;

/// <summary>`computers assign`: puts one computer into groups, whatever it names itself.</summary>
internal sealed class ComputersAssignVerb : Verb
{
    private readonly Argument<string> name = new("COMPUTER") { Description = "Its id, the beginning of it, or its name." };
    private readonly Option<string[]> group = new("--group") { Description = "A group that it is to be in; several may be named.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> clear = new("--clear") { Description = "Take the assignment back: the groups that it names count again." };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public ComputersAssignVerb()
        : base("assign", "Put a computer into groups, whatever it names itself.", "hierarchy computers assign pc-17 --group Pilot", "hierarchy computers assign pc-17 --clear", "hierarchy computers assign pc-17 --group Pilot --what-if")
    {
        Add(name);
        Add(group);
        Add(clear);
        Add(whatIf);
        Validators.Add(result =>
        {
            if (result.GetValue(clear) == result.GetValue(group) is { Length: > 0 }) result.AddError("Say where it belongs with --group, or take that back with --clear.");
        });
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var found = await session.AskAsync(session.Admin.GetComputerAsync, new GetComputerRequest { Computer = arguments.GetRequiredValue(name) });
        var report = found.Computer.Report;
        var assignment = new ComputerAssignment { ComputerId = report.ComputerId, Name = report.Name, Remove = arguments.GetValue(clear) };
        assignment.Groups.Add(arguments.GetValue(group) ?? []);
        var response = await session.AskAsync(session.Admin.AssignComputersAsync, new AssignComputersRequest { Computers = { assignment }, WhatIf = arguments.GetValue(whatIf) });
        if (arguments.GetValue(whatIf))
        {
            if (response.UnknownGroups.Count > 0) throw new CommandFailedException("not_found", $"There is no group {string.Join(", ", response.UnknownGroups.Select(name => $"'{name}'"))}.", "hierarchy groups list");
            return WhatIf.Write(session, "computers assign", response.Changed > 0, response.Effects);
        }

        var document = new ComputerAssignedDocument(report.ComputerId, report.Name, [.. assignment.Groups], response.Changed > 0, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(document switch
        {
            { Changed: false } => $"{document.Name} was so already.",
            { Groups.Count: 0 } => $"{document.Name} counts where it asks to (cursor {document.Position}).",
            _ => $"{document.Name} is in {string.Join(", ", document.Groups)} (cursor {document.Position}).",
        }));
    }
}
