using System.ComponentModel;
using System.Diagnostics;

namespace Hierarchy.Testing.Namespaces;

/// <summary>Network namespaces of Linux: networks of their own on one machine, by `ip` of iproute2. Nothing in them reaches the machine's own network.</summary>
public static class NetworkNamespaces
{
    private static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(20);

    /// <summary>Why this process may not make any; null when it may.</summary>
    public static string? WhyNot { get; } = FindOut();

    /// <summary>Runs `ip` (or `tc`) with arguments that are divided at spaces.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message says what it said.</exception>
    public static string Run(string program, string arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(CommandTime)) throw new InvalidOperationException($"{program} {arguments} did not end within {CommandTime}.");
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {arguments}: {error.GetAwaiter().GetResult().Trim()}");
    }

    /// <summary>Ends every process in a namespace and removes it.</summary>
    public static void Remove(string name)
    {
        foreach (var id in Run("ip", $"netns pids {name}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var process = Process.GetProcessById(int.Parse(id, null));
                process.Kill();
            }
            catch (Exception problem) when (problem is ArgumentException or InvalidOperationException)
            {
                // It has ended by itself.
            }
        }

        Run("ip", $"netns del {name}");
    }

    private static string? FindOut()
    {
        if (!OperatingSystem.IsLinux()) return "network namespaces are Linux's.";
        if (!File.Exists("/dev/net/tun")) return "there is no /dev/net/tun.";
        var name = $"hy{Environment.ProcessId}";
        try
        {
            Run("ip", $"netns add {name}");
            try
            {
                Run("ip", $"-n {name} link add {name}a type veth peer name {name}b");
                Run("ip", $"netns exec {name} tc qdisc add dev {name}a root tbf rate 1mbit burst 16kb latency 50ms");
                using var device = TunDevice.Open($"{name}t");
                Run("ip", $"link set {name}t netns {name}");
                return null;
            }
            finally
            {
                Remove(name);
            }
        }
        catch (Exception problem) when (problem is InvalidOperationException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            return $"this machine does not let the tests make network namespaces: {problem.Message}";
        }
    }
}
