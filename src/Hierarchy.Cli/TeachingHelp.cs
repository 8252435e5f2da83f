using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Hierarchy.Cli;

/// <summary>The library's help, with examples at its end.</summary>
internal sealed class TeachingHelp(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly string[] FirstSteps =
    [
        "hierarchy sync run                                   # take the catalog from Microsoft Update",
        "hierarchy sites add branch-a --subnet 10.1.0.0/16    # where clients find which server",
        "hierarchy groups add Pilot                           # who gets updates first",
        "hierarchy updates list --text KB5013943",
        "hierarchy approve KB5013943 --group Pilot --deadline +7d",
        "hierarchy status KB5013943                           # who has it",
        "hierarchy --output json servers list                 # are all replicas equal",
    ];

    private static readonly string[] ExitCodes = ["0 done, 1 failed, 2 the command line is wrong, 130 interrupted"];

    /// <summary>Help is asked for on command lines that are not complete.</summary>
    public override bool ClearsParseErrors => true;

    public static string FullName(Command command)
        => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {command.Name}" : "hierarchy";

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command is Verb { Details: var details }) Section(output, "Details:", details);
        Section(output, "Examples:", command switch
        {
            Verb verb => verb.Examples,
            RootCommand => FirstSteps,
            _ => [.. command.Subcommands.OfType<Verb>().SelectMany(verb => verb.Examples.Take(1))],
        });
        if (command is RootCommand) Section(output, "Exit codes:", ExitCodes);
        return code;
    }

    private static void Section(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return;
        output.WriteLine(title);
        foreach (var line in lines) output.WriteLine($"  {line}");
        output.WriteLine();
    }
}
