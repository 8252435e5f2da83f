using System.Diagnostics;
using System.Globalization;
using Hierarchy.Agent.Download;
using Hierarchy.Agent.Scan;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Office;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Install;

/// <summary>
/// Installs what the CommandLineInstallation handler describes: runs a program of the update's own files in a folder that holds those files alone, and reads its exit code from
/// the document's table. The journal is written before and after. Whether it worked is not decided here but by the update's IsInstalled rule.
/// </summary>
internal sealed partial class CommandLineInstaller(
    StateFolder folder, ContentFolder content, InstallJournal journal, IFactsSource facts, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private readonly InstallerProcess _process = new(time);

    /// <summary>Null when the agent can install the revision; else why it cannot.</summary>
    internal static string? WhyNot(UpdateRevision revision)
    {
        if (revision.CommandLine is { } command)
        {
            return revision.Files.Any(file => IsProgram(file, command))
                ? null
                : $"its program '{command.Program}' is not among its files";
        }

        var handler = revision.Handler is { } name ? name[(name.LastIndexOf('/') + 1)..] : "(none)";
        return $"handler {handler} is not supported by this agent on this platform";
    }

    /// <summary>Null when the agent can remove the revision; else why it cannot.</summary>
    internal static string? WhyNotRemove(UpdateRevision revision)
    {
        if (revision.UninstallCommand is not { } command) return "it cannot be removed here: its document has no command for that which this agent can run";
        return revision.Files.Any(file => IsProgram(file, command)) ? null : $"it cannot be removed here: its program '{command.Program}' is not among its files";
    }

    /// <summary>Runs the installation, or the removal, for one user where one is named. What it needs is in the content folder.</summary>
    internal async Task<InstallAttempt> RunAsync(UpdateRevision revision, OfficeUser? user, bool isRemoval, CancellationToken cancellationToken)
    {
        var attempt = new InstallAttempt { Id = revision.Id, User = user?.Name ?? "", IsRemoval = isRemoval, StartedAt = time.GetUtcNow(), Boot = BootMarker.Read(time) };
        journal.Write(attempt);
        var run = Path.Combine(folder.Subfolder("runs"), Guid.NewGuid().ToString("N"));
        try
        {
            attempt = await RunAsync(revision, user, attempt, Directory.CreateDirectory(run).FullName, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            attempt = attempt with { Code = exception.HResult, Reason = exception.Message };
        }
        finally
        {
            Remove(run);
        }

        attempt = attempt with { FinishedAt = time.GetUtcNow() };
        journal.Write(attempt);
        Log.Ended(logger, revision.Id, attempt.Code, attempt.HasSucceeded, attempt.NeedsRestart, attempt.Reason);
        return attempt;
    }

    /// <summary>Removes the folders of installations that were cut off.</summary>
    internal void RemoveOldRuns()
    {
        foreach (var run in Directory.EnumerateDirectories(folder.Subfolder("runs"))) Remove(run);
    }

    private async Task<InstallAttempt> RunAsync(UpdateRevision revision, OfficeUser? user, InstallAttempt attempt, string run, CancellationToken cancellationToken)
    {
        var command = (attempt.IsRemoval ? revision.UninstallCommand : revision.CommandLine)!; // WhyNot or WhyNotRemove was asked.
        var program = "";
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in revision.Files)
        {
            if (!InstallPlan.IsDownloaded(file)) continue;
            var name = SafeFileName.From(file.Name);
            for (var number = 2; !taken.Add(name); number++)
                name = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(name)}-{number}{Path.GetExtension(name)}");
            var target = Path.Combine(run, name);
            if (!await content.CopyAsync(file, target, cancellationToken))
                return attempt with { Code = unchecked((int)0x80240022), Reason = $"{file.Name} changed on this computer after it was downloaded; it is fetched again" };
            if (program.Length == 0 && IsProgram(file, command)) program = target;
        }

        var logName = $"{revision.Id.UpdateId:D}-{revision.Id.RevisionNumber}-{attempt.StartedAt.ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture)}.log";
        var log = Path.Combine(folder.Subfolder("logs"), logName);
        Log.Begins(logger, revision.Id, command.Program, command.Arguments, log);
        var end = await _process.RunAsync(
            Start(program, command, revision.Id, user, run), user?.Name, timeout, log, process => journal.Write(attempt with { ProcessId = process }), cancellationToken);
        if (!end.HasExited) return attempt with { Code = end.ExitCode, Reason = end.Reason };

        var entry = command.ReturnCodes.FirstOrDefault(code => code.Code == end.ExitCode);
        var result = entry?.Result ?? command.DefaultResult;
        return attempt with
        {
            Code = end.ExitCode,
            HasSucceeded = result == InstallResult.Succeeded,
            NeedsRestart = result == InstallResult.Succeeded && (entry?.RequiresReboot ?? command.RebootByDefault),
            Reason = result == InstallResult.Succeeded ? "" : $"its installer ended with code {end.ExitCode} ({result}); see {log}",
        };
    }

    private ProcessStartInfo Start(string program, CommandLineHandler command, RevisionId id, OfficeUser? user, string run)
    {
        var start = new ProcessStartInfo { WorkingDirectory = run, FileName = program };
        if (OperatingSystem.IsWindows())
        {
            start.Arguments = command.Arguments;
        }
        else
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (program.EndsWith(".sh", StringComparison.OrdinalIgnoreCase))
            {
                start.FileName = "/bin/sh";
                start.ArgumentList.Add(program);
            }

            foreach (var argument in CommandLine.Split(command.Arguments)) start.ArgumentList.Add(argument);
        }

        start.Environment["HIERARCHY_FILES"] = run;
        start.Environment["HIERARCHY_UPDATE_ID"] = id.UpdateId.ToString("D");
        start.Environment["HIERARCHY_REVISION_NUMBER"] = id.RevisionNumber.ToString(CultureInfo.InvariantCulture);
        if (facts.Root is { } root) start.Environment["HIERARCHY_ROOT"] = root;
        if (user is not null)
        {
            start.Environment["HIERARCHY_USER"] = user.Name;
            start.Environment["HIERARCHY_PROFILE"] = user.Profile;
        }

        if (facts.Path is { } path) start.Environment["HIERARCHY_FACTS"] = path;
        return start;
    }

    private static bool IsProgram(UpdateFile file, CommandLineHandler command)
        => string.Equals(SafeFileName.From(file.Name), SafeFileName.From(command.Program), StringComparison.OrdinalIgnoreCase);

    private void Remove(string run)
    {
        try
        {
            if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Tried again at the next start.
            Log.NotRemoved(logger, run, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1411, LogLevel.Information, "Installing or removing {Update}: {Program} {Arguments}; output in {Path}")]
        internal static partial void Begins(ILogger logger, RevisionId update, string program, string arguments, string path);

        [LoggerMessage(1412, LogLevel.Information, "The installer of {Update} ended with {Code} (succeeded: {Succeeded}, restart: {Restart}) {Reason}")]
        internal static partial void Ended(ILogger logger, RevisionId update, int code, bool succeeded, bool restart, string reason);

        [LoggerMessage(1413, LogLevel.Warning, "{Path} cannot be removed now: {Cause}")]
        internal static partial void NotRemoved(ILogger logger, string path, string cause);
    }
}
