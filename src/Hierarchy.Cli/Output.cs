using Hierarchy.Cli.Documents;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hierarchy.Cli;

/// <summary>Where results go: tables for people, or one JSON document for programs.</summary>
internal sealed class Output(bool json, CliEnvironment environment)
{
    // Nobody wraps a file: a redirected table keeps each row on one line.
    private const int RedirectedWidth = 1000;

    private IAnsiConsole? text;

    public bool Json => json;

    /// <summary>Results for people.</summary>
    public IAnsiConsole Text => text ??= ConsoleOn(environment.Out, environment.OutIsTerminal);

    /// <summary>Somebody watches progress as it moves.</summary>
    public bool ShowsBar => environment.ErrorIsTerminal;

    /// <summary>Progress for people, apart from results.</summary>
    public IAnsiConsole ProgressConsole() => ConsoleOn(environment.Error, environment.ErrorIsTerminal);

    public TextWriter ProgressLines => environment.Error;

    /// <summary>Writes a result in the chosen way.</summary>
    public int Write<T>(T document, Action<IAnsiConsole> render)
    {
        if (json) environment.Out.WriteLine(Formats.Json.Serialize(document));
        else render(Text);
        return ExitCode.Ok;
    }

    /// <summary>Somebody watches results as they change.</summary>
    public bool IsWatched => environment.OutIsTerminal;

    /// <summary>One of many results: a line each as JSON.</summary>
    public void WriteLine<T>(T document, Action<IAnsiConsole> render)
    {
        if (json) environment.Out.WriteLine(Formats.Json.Line(document));
        else render(Text);
        environment.Out.Flush();
    }

    /// <summary>Writes an error in the chosen way and answers the exit code.</summary>
    public int Fail(CommandFailedException failure) => Fail(failure, new ErrorDocument(ErrorBody.From(failure)));

    /// <summary>The same with a document that tells more besides the error.</summary>
    public int Fail<T>(CommandFailedException failure, T document)
    {
        if (json)
        {
            environment.Out.WriteLine(Formats.Json.Serialize(document));
        }
        else
        {
            environment.Error.WriteLine($"hierarchy: {failure.Message}");
            if (failure.NextStep is { } next) environment.Error.WriteLine($"  Next: {next}");
        }

        return failure.ExitCode;
    }

    /// <summary>A table as the place it goes to wants it.</summary>
    public Table Table(params string[] columns)
    {
        var table = new Table { Border = environment.OutIsTerminal ? TableBorder.Simple : TableBorder.None, ShowHeaders = true };
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column)) { NoWrap = !environment.OutIsTerminal });
        return table;
    }

    /// <summary>Names with values, one a line.</summary>
    public static IRenderable Facts(params (string Name, string? Value)[] facts)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn { NoWrap = true });
        grid.AddColumn(new GridColumn());
        foreach (var (name, value) in facts)
            if (!string.IsNullOrEmpty(value)) grid.AddRow(new Text(name), new Text(value));
        return grid;
    }

    private static IAnsiConsole ConsoleOn(TextWriter writer, bool terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!terminal) console.Profile.Width = RedirectedWidth;
        return console;
    }
}
