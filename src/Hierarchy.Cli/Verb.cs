using System.CommandLine;
using Grpc.Core;

namespace Hierarchy.Cli;

/// <summary>One verb of the command line: its arguments, its examples, and what it does. Failures become one clear error and an exit code here.</summary>
internal abstract class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Shown at the end of its help.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>What an operator reads once, before the first use; only in the verb's own help.</summary>
    public virtual IReadOnlyList<string> Details => [];

    public void Bind(GlobalOptions options, CliEnvironment environment) => SetAction(async (result, cancellationToken) =>
    {
        var output = new Output(options.IsJson(result), environment);
        try
        {
            using var session = new Session(options.ServerOf(result), output, environment, cancellationToken);
            try
            {
                return await RunAsync(session, result);
            }
            catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw RpcFaults.Translate(exception, session.Server);
            }
        }
        catch (CommandFailedException failure)
        {
            return output.Fail(failure);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return output.Fail(Interrupted());
        }
        catch (Exception exception)
        {
            // A defect of this program: say it in the chosen way, with all that a report of it needs.
            await environment.Error.WriteLineAsync(exception.ToString());
            return output.Fail(new CommandFailedException("internal", $"This program failed: {exception.Message}", "Report this with what it wrote on standard error."));
        }
    });

    /// <summary>Does it and answers the exit code.</summary>
    protected abstract Task<int> RunAsync(Session session, ParseResult arguments);

    /// <summary>What is said on Ctrl-C.</summary>
    protected virtual CommandFailedException Interrupted() => new("cancelled", "Interrupted.", null, ExitCode.Cancelled);
}
