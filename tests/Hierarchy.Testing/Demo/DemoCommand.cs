using System.CommandLine;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Demo;

/// <summary>The verb demo: the whole path on one machine, with the real programs in processes of their own.</summary>
internal static class DemoCommand
{
    private const int DefaultUpdates = 500;
    private const int Interrupted = 130;

    private static readonly Option<int> Updates = new("--updates")
    {
        Description = "How many generated updates to synchronize besides the recorded ones.",
        DefaultValueFactory = _ => DefaultUpdates,
    };

    private static readonly Option<bool> Keep = new("--keep") { Description = "Leave everything running at the end and print the addresses; Ctrl-C stops it." };

    private static readonly Option<DirectoryInfo?> Documents = new("--documents") { Description = "A folder of recorded update documents." };

    public static Command Create()
    {
        Updates.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() < 0) result.AddError("--updates takes 0 or a positive number.");
        });
        var command = new Command("demo", "Runs a simulated Microsoft Update, a root, two replicas and three agents, and installs an update; then six agents with Office.") { Updates, Keep, Documents };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var log = new DemoLog(Console.Out);
        await using var tree = new TestTree("hierarchy-demo-");
        var scene = new DemoScene(tree, log);
        try
        {
            var result = await scene.PlayAsync(arguments.GetValue(Updates), arguments.GetValue(Documents)?.FullName, cancellationToken);
            if (arguments.GetValue(Keep))
            {
                scene.PrintAddresses();
                log.Last(result);
                await WaitAsync(cancellationToken);
                return 0;
            }

            log.Last(result);
            return 0;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C reaches the programs below as well: what they say while they end is no failure.
            log.Say("interrupted; stopping everything");
            return Interrupted;
        }
        catch (Exception problem)
        {
            // The top of the program: whatever it was, the operator gets the reason and the logs.
            var folder = tree.WriteLogs();
            log.Last($"demo: failed: {problem.Message}");
            await Console.Error.WriteLineAsync($"demo: failed after '{log.LastStep}': {problem.Message}\nThe logs are in {folder}; what the programs kept is beside it.");
            if (problem is not (DemoFailedException or TimeoutException)) await Console.Error.WriteLineAsync(problem.ToString());
            return 1;
        }
    }

    private static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => told.TrySetResult());
        await told.Task;
    }
}
