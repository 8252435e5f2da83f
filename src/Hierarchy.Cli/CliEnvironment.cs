using System.Text;

namespace Hierarchy.Cli;

/// <summary>What the program is given by the world around it. Tests hand in writers and a clock of their own.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Results: text, or exactly one JSON document.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Progress, and errors when text is chosen.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Somebody who can be asked; null where nobody is there.</summary>
    public TextReader? In { get; init; }

    /// <summary>Somebody reads <see cref="Out"/> on a terminal: colours and borders are welcome.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Somebody reads <see cref="Error"/> on a terminal: a moving bar is welcome.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Reads an environment variable; null where it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Who decides, for the record.</summary>
    public string User { get; init; } = "";

    public static CliEnvironment OfProcess()
    {
        // The caller of a script reads UTF-8, whatever the locale says; a byte order mark would be a part of the document.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        System.Console.OutputEncoding = utf8;
        return new CliEnvironment
        {
            Out = System.Console.Out,
            Error = System.Console.Error,
            In = System.Console.IsInputRedirected ? null : System.Console.In,
            OutIsTerminal = !System.Console.IsOutputRedirected,
            ErrorIsTerminal = !System.Console.IsErrorRedirected,
            Variable = Environment.GetEnvironmentVariable,
            User = $"{Environment.UserName}@{Environment.MachineName}",
        };
    }
}
