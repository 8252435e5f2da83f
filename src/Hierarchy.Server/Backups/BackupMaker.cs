using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Server.Hosting;
using Hierarchy.Storage.Backups;

namespace Hierarchy.Server.Backups;

/// <summary>
/// Makes backups of this server while it runs, one at a time. Each database is copied from a reader's snapshot into a folder of the data directory; the logs among the copies are read again
/// and digested before a byte of the archive is written. Content is not in it: it is fetched again, by its hashes.
/// </summary>
internal sealed partial class BackupMaker : IDisposable
{
    private const string WorkFolder = "backup-work";

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly DataDirectory _data;
    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;

    public BackupMaker(DataDirectory data, Replication.ServerIdentity self, ServerOptions options, TimeProvider time, ILogger<BackupMaker> logger)
    {
        _data = data;
        _options = options;
        _time = time;
        _logger = logger;
        _name = self.Name;
        // Whatever a server left that was killed in the middle.
        if (Directory.Exists(Work)) Directory.Delete(Work, recursive: true);
    }

    private string Work => _data.File(WorkFolder);

    /// <summary>What a scheduled backup's file is called: the server's name, as far as it can stand there, and when it was begun.</summary>
    public string FileName(DateTimeOffset takenAt) =>
        $"hierarchy-{string.Concat(_name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? letter : '-'))}-{takenAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.zip";

    /// <summary>Copies, verifies, and writes the archive to a stream.</summary>
    /// <exception cref="UnavailableException">Another backup is under way, or a disk refuses.</exception>
    /// <exception cref="IntegrityException">A database is damaged: there is nothing good to back up.</exception>
    public async Task<BackupResult> MakeAsync(Stream output, Action<BackupStep> progress, CancellationToken cancellationToken)
    {
        if (!await _oneAtATime.WaitAsync(TimeSpan.Zero, cancellationToken)) throw new UnavailableException("Another backup of this server is under way. Wait for its end.");
        try
        {
            CreateWork();
            return await MakeInWorkAsync(output, progress, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"The backup failed: {exception.Message} Nothing of it was kept; look for room on the disk of {_data.Path}, where the databases are copied first.", exception);
        }
        finally
        {
            if (Directory.Exists(Work)) Directory.Delete(Work, recursive: true);
            _oneAtATime.Release();
        }
    }

    /// <summary>Makes a backup in a file of this machine: it has its name once it is whole, read back and on the disk.</summary>
    public async Task<BackupResult> MakeFileAsync(string path, Action<BackupStep> progress, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        try
        {
            File.Delete(partial); // A left-over would keep its own mode.
            BackupResult result;
            await using (var stream = new FileStream(partial, PrivateFile()))
            {
                result = await MakeAsync(stream, progress, cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            using (var written = await BackupArchive.OpenAsync(partial, cancellationToken))
                await written.VerifyAsync(done => progress(new BackupStep("verifying", Path.GetFileName(path), done, written.Bytes)), cancellationToken);
            File.Move(partial, path, overwrite: true);
            var bytes = new FileInfo(path).Length;
            Log.Made(_logger, path, bytes, result.Position, result.Count);
            return result with { Bytes = bytes };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"The backup cannot be written to {path}: {exception.Message} Name a folder that is there and that the server's account may write to.", exception);
        }
        finally
        {
            if (File.Exists(partial)) File.Delete(partial);
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private static FileStreamOptions PrivateFile()
    {
        // It holds the tree's secret and what computers reported: for its owner alone.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private async Task<BackupResult> MakeInWorkAsync(Stream output, Action<BackupStep> progress, CancellationToken cancellationToken)
    {
        var takenAt = _time.GetUtcNow();
        var databases = Databases();
        if (!databases.Any(database => Path.GetFileName(database) is "log.db" or "mirror.db"))
            throw new UnavailableException("This server's log is not kept in its data directory: back it up with the tools of its database server.");
        var total = databases.Sum(database => new FileInfo(database).Length);
        var files = new List<(string Name, string Path)>();
        var done = 0L;
        foreach (var database in databases)
        {
            var name = Path.GetFileName(database);
            var copy = Path.Combine(Work, name);
            await SqliteCopy.CopyAsync(database, copy, (bytes, _) => progress(new BackupStep("copying", name, done + bytes, Math.Max(total, done + bytes))), cancellationToken);
            done += new FileInfo(copy).Length;
            files.Add((name, copy));
        }

        progress(new BackupStep("verifying", "", 0, done));
        var stand = await AuditAsync(files, cancellationToken);
        AddSmall(files);
        var bytesOfFiles = files.Sum(file => new FileInfo(file.Path).Length);
        var head = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            ServerId = _data.ServerId,
            ServerName = _name,
            Role = _options.Role.ToLowerInvariant(),
            TakenAt = takenAt,
            LogId = stand.Position.Log.Value,
            Epoch = stand.Position.Epoch,
            EpochId = stand.Position.EpochId,
            Sequence = stand.Position.Sequence,
            Count = stand.Count,
            Digest = Convert.ToBase64String(stand.Digest.Span),
            Files = [],
        };
        await BackupWriter.WriteAsync(output, head, files, bytes => progress(new BackupStep("writing", "", bytes, bytesOfFiles)), cancellationToken);
        return new BackupResult(stand.Position, stand.Count, stand.Digest, takenAt, Bytes: 0, bytesOfFiles);
    }

    // The logs last: what the other databases know of the log (anchors of the upstream, positions of children) may be older than it, never newer.
    private string[] Databases() =>
        [.. Directory.GetFiles(_data.Path, "*.db").Where(path => BackupManifest.IsAllowed(Path.GetFileName(path))).OrderBy(path => Path.GetFileName(path) is "log.db" or "mirror.db" or "overlay.db").ThenBy(path => path, StringComparer.Ordinal)];

    // The log that this server decides in counts where there is one; all are looked at.
    private static async Task<LogHead> AuditAsync(IEnumerable<(string Name, string Path)> files, CancellationToken cancellationToken)
    {
        LogHead? stand = null;
        foreach (var (name, path) in files)
        {
            if (await SqliteCopy.AuditLogAsync(path, cancellationToken) is not { } audit) continue;
            if (!audit.IsSound)
                throw new IntegrityException($"The rows of {name} do not add up to the digest that the log keeps of them, so no backup was made. Restore an older backup, or let a replica take everything anew.");
            if (stand is null || name == "log.db") stand = audit.Head;
        }

        return stand ?? LogHead.Empty;
    }

    private void AddSmall(List<(string Name, string Path)> files)
    {
        foreach (var name in new[] { "server-id", "role", "decider", "promotion", "superseded" })
            if (File.Exists(_data.File(name)))
                files.Add((name, _data.File(name)));
        if (!Directory.Exists(_data.File("secrets"))) return;
        foreach (var path in Directory.GetFiles(_data.File("secrets")).Order(StringComparer.Ordinal))
            if ($"secrets/{Path.GetFileName(path)}" is var name && BackupManifest.IsAllowed(name) && !name.EndsWith(".partial", StringComparison.Ordinal))
                files.Add((name, path));
    }

    private void CreateWork()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Work);
        else Directory.CreateDirectory(Work, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1650, Level = LogLevel.Information, Message = "Backup {Path} was made and verified: {Bytes} bytes, position {Position}, {Count} records.")]
        public static partial void Made(ILogger logger, string path, long bytes, Position position, long count);
    }
}
