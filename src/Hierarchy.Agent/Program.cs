namespace Hierarchy.Agent;

/// <summary>The program's entry point.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => Task.FromResult(args.Length == 0 ? 0 : 2);
}
