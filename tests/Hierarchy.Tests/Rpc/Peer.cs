using System.Diagnostics;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>
/// A gRPC program in another language. Where its implementation is missing the test is skipped by name, or fails when CI is true.
/// </summary>
internal sealed class Peer : IAsyncDisposable
{
    private const string GrpcJs = "@grpc/grpc-js@1.14.7";

    private readonly Process _process;
    private readonly Task<string> _errors;

    private Peer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Peer> StartAsync(string language, params string[] arguments)
    {
        var folder = Path.Combine(RepositoryRoot.Path, "tests", "Hierarchy.Tests", "Rpc", "Peers");
        if (language == "python")
        {
            var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
            if (await RunAsync(python, ["-c", "import grpc"]) != 0)
                Missing("Python's grpcio is missing; install python3-grpcio.");
            return Start(python, null, [Path.Combine(folder, "peer.py"), .. arguments]);
        }

        var modules = Path.Combine(Path.GetTempPath(), "hierarchy-tests-grpc-js");
        var marker = Path.Combine(modules, "node_modules", "@grpc", "grpc-js", "package.json");
        if (!File.Exists(marker) && await RunAsync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", modules, GrpcJs]) != 0)
            Missing($"Node's {GrpcJs} is missing and npm could not install it.");
        return Start("node", Path.Combine(modules, "node_modules"), [Path.Combine(folder, "peer.js"), .. arguments]);
    }

    public async Task<string> ReadLineAsync()
        => await _process.StandardOutput.ReadLineAsync(Token) ?? throw new InvalidOperationException(await _errors);

    public async Task<string[]> ReadToEndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync(Token);
        await _process.WaitForExitAsync(Token);
        Assert.True(_process.ExitCode == 0, await _errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static void Missing(string reason)
    {
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), reason);
        Assert.Skip(reason);
    }

    private static async Task<int> RunAsync(string program, string[] arguments)
    {
        try
        {
            await using var peer = Start(program, null, arguments);
            await peer._process.StandardOutput.ReadToEndAsync(Token);
            await peer._process.WaitForExitAsync(Token);
            return peer._process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    private static Peer Start(string program, string? nodePath, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (nodePath is not null)
            start.Environment["NODE_PATH"] = nodePath;
        return new Peer(Process.Start(start)!);
    }
}
