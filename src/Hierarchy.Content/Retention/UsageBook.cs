using System.Collections.Concurrent;
using System.Globalization;
using Hierarchy.Content.Store;
using Hierarchy.Content.Verification;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Retention;

/// <summary>
/// Remembers since when stored files are unneeded, and when they were asked for last: a text file `usage` in the store's folder, a line each. What is lost of it (a kill, a damaged line) makes files stay
/// longer and takes none away: a file that is not in it is seen for the first time.
/// </summary>
public sealed partial class UsageBook
{
    private readonly string _path;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<Sha256Digest, FileUsage> _usage = new();

    /// <summary>Reads what an earlier process wrote.</summary>
    public UsageBook(ContentOptions options, ILogger<UsageBook> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _path = Path.Combine(options.Directory, "usage");
        _log = log;
        try
        {
            foreach (var line in File.Exists(_path) ? File.ReadLines(_path) : [])
                if (TryParse(line, out var sha256, out var usage))
                    _usage[sha256] = usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(_log, _path, e.Message);
        }
    }

    /// <summary>What is known of a file.</summary>
    public FileUsage Of(StoredFile stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return _usage.GetValueOrDefault(stored.Sha256);
    }

    /// <summary>Somebody asks for it: its time begins anew.</summary>
    public void Asked(StoredFile stored, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stored);
        _usage[stored.Sha256] = new FileUsage(UnneededSince: null, now);
    }

    /// <summary>What is known now, at a moment when all stored files were looked at: others are forgotten.</summary>
    public void Replace(IReadOnlyDictionary<Sha256Digest, FileUsage> usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        foreach (var known in _usage.Keys)
            if (!usage.ContainsKey(known))
                _usage.TryRemove(known, out _);
        foreach (var (sha256, now) in usage) _usage[sha256] = now;
    }

    /// <summary>Writes it down, whole or not at all.</summary>
    public void Save()
    {
        try
        {
            var next = _path + ".new";
            File.WriteAllLines(next, _usage.Where(entry => entry.Value != default).Select(entry =>
                string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value.UnneededSince?.ToUnixTimeSeconds() ?? 0} {entry.Value.LastAsked?.ToUnixTimeSeconds() ?? 0}")));
            File.Move(next, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unwritable(_log, _path, e.Message);
        }
    }

    private static bool TryParse(string line, out Sha256Digest sha256, out FileUsage usage)
    {
        usage = default;
        var parts = line.Split(' ');
        if (!Sha256Digest.TryParse(parts[0], out sha256) || parts.Length != 3 || !TryTime(parts[1], out var unneeded) || !TryTime(parts[2], out var asked)) return false;
        usage = new FileUsage(unneeded, asked);
        return true;
    }

    private static bool TryTime(string text, out DateTimeOffset? time)
    {
        time = null;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return false;
        time = seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(7510, LogLevel.Warning, "{Path} cannot be read ({Reason}): unneeded content stays longer.")]
        public static partial void Unreadable(ILogger log, string path, string reason);

        [LoggerMessage(7511, LogLevel.Warning, "{Path} cannot be written ({Reason}): unneeded content stays longer.")]
        public static partial void Unwritable(ILogger log, string path, string reason);
    }
}
