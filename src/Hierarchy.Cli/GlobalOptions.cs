using System.CommandLine;

namespace Hierarchy.Cli;

/// <summary>The options that every verb takes, before or after its name.</summary>
internal sealed class GlobalOptions
{
    public GlobalOptions(CliEnvironment environment)
    {
        Server = new Option<string>("--server")
        {
            Description = $"Where the server's gRPC answers; {CommandLine.ServerVariable} when it is not given.",
            HelpName = "URL",
            Recursive = true,
            DefaultValueFactory = _ => environment.Variable(CommandLine.ServerVariable) is { Length: > 0 } url ? url : CommandLine.DefaultServer,
        };
        Output = new Option<string>("--output")
        {
            Description = "text for people, json for programs: one document on standard output.",
            HelpName = "json|text",
            Recursive = true,
            DefaultValueFactory = _ => "text",
        };
        Output.AcceptOnlyFromAmong("text", "json");
    }

    public Option<string> Server { get; }

    public Option<string> Output { get; }

    /// <summary>Also answers for a command line that is wrong elsewhere.</summary>
    public bool IsJson(ParseResult result)
        => result.GetResult(Output) is { Errors: var errors } chosen && !errors.Any() && chosen.GetValueOrDefault<string>() == "json";

    /// <summary>The server's address; fails where it is none.</summary>
    public Uri ServerOf(ParseResult result)
    {
        var text = result.GetValue(Server) ?? "";
        if (Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "http" or "https" && server.Host.Length > 0) return server;
        throw new CommandFailedException(
            "usage", $"'{text}' is no address of a server.", $"Give one like {CommandLine.DefaultServer} to --server, or in {CommandLine.ServerVariable}.", ExitCode.Usage);
    }
}
