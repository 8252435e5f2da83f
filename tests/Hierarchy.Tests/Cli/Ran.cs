using Hierarchy.Cli;

namespace Hierarchy.Tests.Cli;

/// <summary>What a command line came to.</summary>
internal sealed record Ran(int ExitCode, string Out, string Error)
{
    /// <summary>2026-10-04T12:00:00Z, for ever.</summary>
    public static readonly DateTimeOffset Now = new(2026, 10, 4, 12, 0, 0, TimeSpan.Zero);

    public static async Task<Ran> RunAsync(string[] args, CancellationToken cancellationToken, Func<string, string?>? variable = null, string? input = null)
    {
        var environment = new CliEnvironment
        {
            Out = new StringWriter { NewLine = "\n" },
            Error = new StringWriter { NewLine = "\n" },
            In = input is null ? null : new StringReader(input),
            Time = new StandingTime(),
            User = "admin@console",
            Variable = variable ?? (_ => null),
        };
        var code = await CommandLine.RunAsync(args, environment, cancellationToken);
        return new Ran(code, environment.Out.ToString()!, environment.Error.ToString()!); // A StringWriter's text is never null.
    }

    /// <summary>Tells one time; timers are real.</summary>
    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
