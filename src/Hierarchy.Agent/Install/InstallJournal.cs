using System.Text.Json;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Catalog;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Install;

/// <summary>
/// Written ahead: that an installation begins is on the disk before its program runs, and how it ended before anything is concluded from that. An attempt without an end was
/// cut off by a crash; only a scan can tell what it left.
/// </summary>
internal sealed partial class InstallJournal : IDisposable
{
    private const int CompactAbove = 1024 * 1024;

    private readonly string _path;
    private readonly Dictionary<(RevisionId Id, string User), InstallAttempt> _last = [];
    private readonly HashSet<Guid> _installed = [];
    private FrameFile _file;

    private InstallJournal(string path, ILogger logger)
    {
        _path = path;
        _file = FrameFile.Open(path, Load);
        if (_file.Lost > 0) Log.Truncated(logger, path, _file.Lost);
        foreach (var attempt in _last.Values.Where(attempt => attempt.FinishedAt is null)) Log.Interrupted(logger, attempt.Id, attempt.StartedAt);
        if (_file.Length > CompactAbove) Compact();
    }

    /// <summary>Updates that were installed by this agent, or removed by it, ever (InstalledOnce).</summary>
    internal IReadOnlySet<Guid> Installed => _installed;

    /// <summary>Attempts that were cut off.</summary>
    internal IEnumerable<InstallAttempt> Interrupted => _last.Values.Where(attempt => attempt.FinishedAt is null);

    /// <summary>Attempts whose success no scan confirmed.</summary>
    internal IEnumerable<InstallAttempt> Unconfirmed => _last.Values.Where(attempt => !attempt.IsConfirmed);

    internal static InstallJournal Open(StateFolder folder, ILogger logger) => new(folder.Combine("install.journal"), logger);

    internal InstallAttempt? Last(RevisionId id, string user = "") => _last.GetValueOrDefault((id, user));

    /// <summary>Records an attempt, begun or ended. Durable when it returns.</summary>
    internal void Write(InstallAttempt attempt)
    {
        Remember(attempt);
        _file.Append(JsonSerializer.SerializeToUtf8Bytes(Stored.Of(attempt)));
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private void Remember(InstallAttempt attempt)
    {
        _last[(attempt.Id, attempt.User)] = attempt;
        if (attempt is { IsConfirmed: true, User: "" }) _installed.Add(attempt.Id.UpdateId);
    }

    private bool Load(long offset, ReadOnlyMemory<byte> frame)
    {
        try
        {
            if (JsonSerializer.Deserialize<Stored>(frame.Span) is not { } stored) return false;
            Remember(stored.ToAttempt());
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The last attempt of each revision is all that is ever asked for.
    private void Compact()
    {
        var partial = _path + AtomicFile.PartialSuffix;
        File.Delete(partial);
        using (var file = FrameFile.Open(partial, (_, _) => true))
        {
            foreach (var attempt in _last.Values) file.Append(JsonSerializer.SerializeToUtf8Bytes(Stored.Of(attempt)));
            file.Flush();
        }

        _file.Dispose();
        File.Move(partial, _path, overwrite: true);
        _file = FrameFile.Open(_path, (_, _) => true);
    }

    /// <summary>The shape on the disk.</summary>
    private sealed record Stored(
        Guid Update, int Revision, DateTimeOffset Started, DateTimeOffset? Finished, bool Succeeded, bool Confirmed, int Code, bool Restart, string Reason, string Boot, int Process,
        string? User = null, bool Removal = false)
    {
        internal static Stored Of(InstallAttempt attempt) => new(
            attempt.Id.UpdateId, attempt.Id.RevisionNumber, attempt.StartedAt, attempt.FinishedAt, attempt.HasSucceeded, attempt.IsConfirmed, attempt.Code, attempt.NeedsRestart,
            attempt.Reason, attempt.Boot, attempt.ProcessId, attempt.User.Length == 0 ? null : attempt.User, attempt.IsRemoval);

        internal InstallAttempt ToAttempt() => new()
        {
            Id = new RevisionId(Update, Revision),
            StartedAt = Started,
            FinishedAt = Finished,
            HasSucceeded = Succeeded,
            IsConfirmed = Confirmed,
            Code = Code,
            NeedsRestart = Restart,
            Reason = Reason,
            Boot = Boot,
            ProcessId = Process,
            User = User ?? "",
            IsRemoval = Removal,
        };
    }

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Warning, "{Path} was not whole: {Bytes} bytes cut off; what was installed is found out by the scan")]
        internal static partial void Truncated(ILogger logger, string path, long bytes);

        [LoggerMessage(1402, LogLevel.Warning, "The installation of {Update}, begun {Started:u}, was cut off; the scan tells what it left")]
        internal static partial void Interrupted(ILogger logger, RevisionId update, DateTimeOffset started);
    }
}
