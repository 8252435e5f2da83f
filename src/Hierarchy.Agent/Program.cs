using System.CommandLine;

namespace Hierarchy.Agent;

/// <summary>The program's entry point.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var parsed = AgentCommand.Create().Parse(args);

        // A wrong command line is 2 here; 1 means that something failed.
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = AgentCommand.StopWithin });
        return parsed.Errors.Count > 0 ? AgentCommand.Usage : code;
    }
}
