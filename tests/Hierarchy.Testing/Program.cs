using System.CommandLine;
using Hierarchy.Testing.Demo;
using Hierarchy.Testing.Files;
using Hierarchy.Testing.Interop;
using Hierarchy.Testing.Storage;

namespace Hierarchy.Testing;

/// <summary>The stand-ins of the tests as a program: what it offers is simulated, and it says so.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        var root = new RootCommand("Stand-ins for what no test machine can have.")
        {
            MicrosoftUpdateCommand.Create(), DemoCommand.Create(), StorageWriterCommand.Create(), InteropServerCommand.Create(), InteropClientCommand.Create(), ContentNode.Create(),
        };
        // A demo that is told to stop stops a whole tree first.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}
