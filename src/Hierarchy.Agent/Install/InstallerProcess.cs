using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;

namespace Hierarchy.Agent.Install;

/// <summary>How an installer's process ended.</summary>
/// <param name="ExitCode">Its exit code; an HRESULT when it did not run to its end.</param>
/// <param name="HasExited">False when it could not be started or was ended for taking too long.</param>
/// <param name="Reason">Why it did not exit by itself; empty otherwise.</param>
internal readonly record struct ProcessEnd(int ExitCode, bool HasExited, string Reason);

/// <summary>Runs a program of an update, with its output in a log file of bounded length.</summary>
internal sealed class InstallerProcess(TimeProvider time)
{
    /// <summary>HRESULT of ERROR_BAD_EXE_FORMAT.</summary>
    internal const int CannotStart = unchecked((int)0x800700C1);

    /// <summary>HRESULT of ERROR_TIMEOUT.</summary>
    internal const int TookTooLong = unchecked((int)0x800705B4);

    private const int OutputLimit = 1024 * 1024;

    // Waits for a word from the agent before it becomes the installer: whoever finds the process after a crash finds its id in the journal. When the agent dies before, the
    // shell reads the end of its input and nothing is installed.
    private const string WaitingShell = "read -r go && exec \"$@\" </dev/null";

    /// <summary>An agent that is told to stop lets an installer end by itself for this long.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Whether the installer of an attempt that was cut off runs on without its agent. A process id that was given to another process since does not count.</summary>
    internal static bool IsStillRunning(InstallAttempt attempt)
    {
        if (attempt.FinishedAt is not null || attempt.ProcessId == 0) return false;
        try
        {
            using var process = Process.GetProcessById(attempt.ProcessId);
            if (IsZombie(attempt.ProcessId)) return false;
            var difference = process.StartTime.ToUniversalTime() - attempt.StartedAt.UtcDateTime;
            return !process.HasExited && difference > TimeSpan.FromMinutes(-1) && difference < TimeSpan.FromMinutes(30);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception or IOException)
        {
            return false;
        }
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="start">What to run.</param>
    /// <param name="user">In whose session it runs on Windows; null in the agent's.</param>
    /// <param name="timeout">Afterwards it is killed, with everything that it started.</param>
    /// <param name="log">Where its output goes.</param>
    /// <param name="started">Told the process id.</param>
    /// <param name="cancellationToken">Ends it after a grace period.</param>
    internal async Task<ProcessEnd> RunAsync(ProcessStartInfo start, string? user, TimeSpan timeout, string log, Action<int> started, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() && user is not null) return await RunInSessionAsync(user, start, timeout, log, started, cancellationToken);
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        if (!OperatingSystem.IsWindows()) WaitForGo(start);
        using var output = new BoundedLog(log, OutputLimit);
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => output.Write(line.Data);
        process.ErrorDataReceived += (_, line) => output.Write(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            output.Write(exception.Message);
            return new ProcessEnd(CannotStart, HasExited: false, $"{Path.GetFileName(start.FileName)} cannot be started here: {exception.Message}");
        }

        started(process.Id);
        await BeginAsync(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return await EndAsync(process, () => process.ExitCode, timeout, output, cancellationToken);
    }

    [SupportedOSPlatform("windows")]
    private async Task<ProcessEnd> RunInSessionAsync(string user, ProcessStartInfo start, TimeSpan timeout, string log, Action<int> started, CancellationToken cancellationToken)
    {
        using var output = new BoundedLog(log, OutputLimit);
        output.Write($"Runs in the session of {user}; what it writes there is not seen from here.");
        try
        {
            using var session = UserSession.Start(user, start);
            using var process = Process.GetProcessById(session.Id);
            started(process.Id);
            session.Go();
            return await EndAsync(process, () => session.ExitCode, timeout, output, cancellationToken);
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or ArgumentException)
        {
            output.Write(exception.Message);
            return new ProcessEnd(CannotStart, HasExited: false, $"{Path.GetFileName(start.FileName)} cannot be run in the session of {user}: {exception.Message}");
        }
    }

    private async Task<ProcessEnd> EndAsync(Process process, Func<int> exitCode, TimeSpan timeout, BoundedLog output, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var stop = new CancellationTokenSource();
        await using var stopping = cancellationToken.Register(() => stop.CancelAfter(Grace));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop.Token);
        try
        {
            await process.WaitForExitAsync(either.Token);
            return new ProcessEnd(exitCode(), HasExited: true, "");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            output.Write($"Ended by the agent after {timeout}.");
            return new ProcessEnd(TookTooLong, HasExited: false, $"it did not end within {timeout}");
        }
    }

    private static async Task BeginAsync(Process process)
    {
        try
        {
            if (!OperatingSystem.IsWindows()) await process.StandardInput.WriteLineAsync("go");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended already; its exit code tells.
        }
    }

    private static void WaitForGo(ProcessStartInfo start)
    {
        string[] program = [start.FileName, .. start.ArgumentList];
        start.FileName = "/bin/sh";
        start.ArgumentList.Clear();
        foreach (var argument in (string[])["-c", WaitingShell, "installer", .. program]) start.ArgumentList.Add(argument);
    }

    // Dead, and nobody asked how it ended: still in the process table.
    private static bool IsZombie(int processId)
    {
        var path = $"/proc/{processId}/stat";
        if (!OperatingSystem.IsLinux() || !File.Exists(path)) return false;
        var text = File.ReadAllText(path);
        var end = text.LastIndexOf(')');
        return end >= 0 && end + 2 < text.Length && text[end + 2] is 'Z' or 'X';
    }

    private sealed class BoundedLog(string path, int limit) : IDisposable
    {
        private readonly Lock _gate = new(); // guards the writer and what is left of the limit
        private readonly StreamWriter _writer = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        private int _left = limit;

        internal void Write(string? line)
        {
            if (line is null) return;
            lock (_gate)
            {
                if (_left <= 0) return;
                _writer.WriteLine(line.Length > _left ? line[.._left] : line);
                _left -= line.Length + 1;
                if (_left <= 0) _writer.WriteLine("… (cut off here)");
                _writer.Flush();
            }
        }

        public void Dispose()
        {
            lock (_gate) _writer.Dispose();
        }
    }
}
