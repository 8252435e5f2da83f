namespace Hierarchy.Cli;

/// <summary>The program's entry point.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => CommandLine.RunAsync(args, CliEnvironment.OfProcess(), CancellationToken.None);
}
