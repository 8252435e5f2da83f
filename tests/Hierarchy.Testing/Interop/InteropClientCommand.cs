using System.CommandLine;
using Grpc.Core;
using Grpc.Net.Client;

namespace Hierarchy.Testing.Interop;

/// <summary>The verb interop-client: one case of gRPC's interop suite against a server in any language. The flags have the suite's own names.</summary>
internal static class InteropClientCommand
{
    private static readonly Option<string> Host = new("--server_host") { Description = "The server's name or address.", DefaultValueFactory = _ => "localhost" };
    private static readonly Option<int> Port = new("--server_port") { Description = "The server's port.", Required = true };
    private static readonly Option<string> Case = new("--test_case") { Description = "The name of the case, or all.", DefaultValueFactory = _ => "large_unary" };
    private static readonly Option<bool> UseTls = new("--use_tls") { Description = "Whether to connect with TLS, to a certificate that this machine trusts." };
    private static readonly Option<int> Iterations = new("--soak_iterations") { Description = "The calls of the soak cases.", DefaultValueFactory = _ => 10 };

    public static Command Create()
    {
        var command = new Command("interop-client", "Runs a case of gRPC's interop suite; exit code 0 when it passes.") { Host, Port, Case, UseTls, Iterations };
        // The suite's runners add flags of cases that are not here (service accounts, balancers).
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var wanted = arguments.GetValue(Case)!; // has a default
        if (wanted != "all" && !InteropCases.Names.Contains(wanted))
        {
            await Console.Error.WriteLineAsync($"There is no case {wanted}. There are: all, {string.Join(", ", InteropCases.Names)}.");
            return 2;
        }

        var scheme = arguments.GetValue(UseTls) ? "https" : "http";
        using var channel = GrpcChannel.ForAddress($"{scheme}://{arguments.GetValue(Host)}:{arguments.GetValue(Port)}");
        var cases = new InteropCases(channel, arguments.GetValue(Iterations), cancellationToken);
        var failed = 0;
        foreach (var name in wanted == "all" ? InteropCases.Names : [wanted])
        {
            try
            {
                await cases.RunAsync(name);
                Console.WriteLine($"{name} passed");
            }
            catch (Exception problem) when (problem is InteropException or RpcException)
            {
                failed++;
                Console.WriteLine($"{name} failed: {problem.Message}");
            }
        }

        return failed == 0 ? 0 : 1;
    }
}
