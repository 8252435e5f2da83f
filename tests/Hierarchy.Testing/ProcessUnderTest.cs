using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Hierarchy.Testing;

/// <summary>
/// One of the project's programs, started from its own output folder as an operator would start it. Its lines are kept, so that a test that fails can show them.
/// Disposing kills it.
/// </summary>
public sealed class ProcessUnderTest : IAsyncDisposable
{
    private const int MaxKeptLines = 5_000;

    private readonly Process _process;
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private readonly Queue<string> _log = new();
    private readonly string _name;

    private readonly Action<string>? _onError;

    private ProcessUnderTest(string name, Process process, Action<string>? onError)
    {
        _name = name;
        _process = process;
        _onError = onError;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote so far on both outputs; errors are marked.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <summary>
    /// Starts a project's program (Hierarchy.Server, Hierarchy.Agent, Hierarchy.Cli, Hierarchy.Testing), as last built. <paramref name="onError"/> is given each line of
    /// its error output; <paramref name="networkNamespace"/> is where it has its network, null for here.
    /// </summary>
    public static ProcessUnderTest Start(
        string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, Action<string>? onError = null, string? networkNamespace = null)
    {
        var assembly = ProgramOf(project);
        var start = new ProcessStartInfo(networkNamespace is null ? DotNetHost() : "ip")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        // `ip` becomes the program that it runs, so the process is the same.
        foreach (var argument in networkNamespace is null ? [] : new[] { "netns", "exec", networkNamespace, DotNetHost() })
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var process = new Process { StartInfo = start };
        var program = new ProcessUnderTest(Path.GetFileNameWithoutExtension(assembly), process, onError);
        process.OutputDataReceived += (_, line) => program.Said(line.Data, isError: false);
        process.ErrorDataReceived += (_, line) => program.Said(line.Data, isError: true);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Waits for a line on standard output that the predicate accepts; fails with the log when it ends first or takes too long.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> isReady, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            await foreach (var line in _output.Reader.ReadAllAsync(limit.Token))
            {
                if (isReady(line))
                    return line;
            }

            // Its last words on the error output may come after the end of the other one.
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_name} did not say within {deadline} what was waited for. It said:\n{Log}");
        }

        throw new InvalidOperationException($"{_name} ended before it said what was waited for. It said:\n{Log}");
    }

    /// <summary>The lines on standard output that nobody has waited for yet, until it ends.</summary>
    public IAsyncEnumerable<string> ReadLinesAsync(CancellationToken cancellationToken) => _output.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Waits for its end and gives the exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_name} did not end within {deadline}. It said:\n{Log}");
        }

        return _process.ExitCode;
    }

    /// <summary>Ends it without a chance to do anything (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Asks it to end (SIGTERM), as a service manager does; on Windows it is killed.</summary>
    public void Terminate()
    {
        if (OperatingSystem.IsWindows())
            _process.Kill(entireProcessTree: true);
        else if (!_process.HasExited)
            _ = SendSignal(_process.Id, 15);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Said(string? line, bool isError)
    {
        if (line is null)
        {
            if (!isError)
                _output.Writer.TryComplete();
            return;
        }

        lock (_log)
        {
            _log.Enqueue(isError ? "! " + line : line);
            if (_log.Count > MaxKeptLines)
                _log.Dequeue();
        }

        if (isError)
            _onError?.Invoke(line);
        else
            _output.Writer.TryWrite(line);
    }

    // src/Hierarchy.Server/bin/Debug/net10.0/hierarchy-server.dll beside tests/Hierarchy.Tests/bin/Debug/net10.0/.
    private static string ProgramOf(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var framework = own.Name;
        var configuration = own.Parent!.Name;
        var root = own;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Hierarchy.sln")))
            root = root.Parent;
        if (root is null)
            throw new InvalidOperationException("Programs are started from a checkout: no folder above the tests holds Hierarchy.sln.");

        foreach (var area in new[] { "src", "tests" })
        {
            var folder = Path.Combine(root.FullName, area, project, "bin", configuration, framework);
            if (!Directory.Exists(folder))
                continue;
            foreach (var name in new[] { project, project.ToLowerInvariant().Replace('.', '-'), "hierarchy" })
            {
                var assembly = Path.Combine(folder, name + ".dll");
                if (File.Exists(assembly) && File.Exists(Path.Combine(folder, name + ".runtimeconfig.json")))
                    return assembly;
            }
        }

        throw new FileNotFoundException($"{project} is not built for {configuration}; build it first.");
    }

    private static string DotNetHost()
    {
        var runtime = RuntimeEnvironment.GetRuntimeDirectory();
        var host = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SendSignal(int process, int signal);
}
