using Hierarchy.Testing.Namespaces;

namespace Hierarchy.Testing.Tree;

/// <summary>One program of a tree with a folder of its own: started, killed and started again, as its operator would.</summary>
public abstract class TreeNode(string name, string project, string folder) : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    private readonly List<string> pastLogs = [];
    private ProcessUnderTest? process;

    public string Name { get; } = name;

    /// <summary>Where it keeps what it keeps; survives it.</summary>
    public string Folder { get; } = folder;

    public bool IsRunning => process is { HasExited: false };

    public int ProcessId => Process.Id;

    /// <summary>What it wrote in all its lives.</summary>
    public string Log => string.Join("\n--- started again ---\n", pastLogs.Append(process?.Log ?? ""));

    /// <summary>How long it may take until it is ready.</summary>
    protected virtual TimeSpan ReadyTime => TimeSpan.FromSeconds(60);

    /// <summary>The computer of a simulated network that it runs on; null for this one.</summary>
    protected virtual HostPlace? Host => null;

    protected ProcessUnderTest Process => process ?? throw new NodeDownException(Name);

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (process is not null) throw new InvalidOperationException($"{Name} is started already.");
        Directory.CreateDirectory(Folder);
        process = ProcessUnderTest.Start(project, Arguments(), networkNamespace: Host?.Namespace);
        var line = await process.WaitForLineAsync(IsReady, ReadyTime, cancellationToken);
        Started(line);
    }

    /// <summary>kill -9: nothing of it gets a chance to save anything.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await Process.KillAsync(cancellationToken);
        await ForgetAsync();
    }

    /// <summary>Asks it to end, and kills it when it does not.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Process.Terminate();
        try
        {
            await Process.WaitForExitAsync(StopTime, cancellationToken);
        }
        catch (TimeoutException)
        {
            await Process.KillAsync(cancellationToken);
        }

        await ForgetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (process is not null) await StopAsync(CancellationToken.None);
    }

    protected abstract IEnumerable<string> Arguments();

    /// <summary>The line on standard output that says that it is ready.</summary>
    protected abstract bool IsReady(string line);

    /// <summary>It is ready, and this is the line.</summary>
    protected abstract void Started(string line);

    /// <summary>It is gone.</summary>
    protected virtual Task EndedAsync() => Task.CompletedTask;

    private async Task ForgetAsync()
    {
        pastLogs.Add(Process.Log);
        await EndedAsync();
        await Process.DisposeAsync();
        process = null;
    }
}
