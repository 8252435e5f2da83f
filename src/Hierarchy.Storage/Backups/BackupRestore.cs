using System.Globalization;
using Hierarchy.Domain;

namespace Hierarchy.Storage.Backups;

/// <summary>
/// Makes a data directory from a backup, without a running server. Everything is unpacked and verified in a folder beside, hashes of files and the digest of the log's rows; only then does that
/// folder, its marker already in it, take the directory's name. Killed at any moment, the old directory, the new one or none has the name, never half of one.
/// </summary>
public static class BackupRestore
{
    /// <summary>What a restore came to.</summary>
    /// <param name="Manifest">The backup.</param>
    /// <param name="Bytes">Bytes unpacked.</param>
    /// <param name="MovedTo">Where the old directory is now; null when there was none.</param>
    public sealed record Result(BackupManifest Manifest, long Bytes, string? MovedTo);

    /// <summary>Reads everything in the archive and recomputes the digest of its log; changes nothing but a temporary folder.</summary>
    /// <exception cref="IntegrityException">It is no backup, or a damaged one.</exception>
    public static async Task<Result> VerifyAsync(string archivePath, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("hierarchy-verify-").FullName;
        try
        {
            return await UnpackAsync(archivePath, folder, progress, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Restores.</summary>
    /// <param name="archivePath">The archive.</param>
    /// <param name="data">The data directory: absent, empty, or, with <paramref name="replace"/>, of a server that does not run.</param>
    /// <param name="replace">Moves a directory that is there aside, to a sibling.</param>
    /// <param name="now">Now, for the marker and for the name of what was moved aside.</param>
    /// <param name="progress">Hears the phase, bytes done and bytes in all.</param>
    /// <param name="cancellationToken">Stops; nothing has changed then.</param>
    /// <exception cref="UnavailableException">A server runs on the directory, it is not empty, or a disk refuses.</exception>
    /// <exception cref="IntegrityException">It is no backup, or a damaged one.</exception>
    public static async Task<Result> RestoreAsync(
        string archivePath, string data, bool replace, DateTimeOffset now, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        archivePath = Path.GetFullPath(archivePath);
        data = Path.TrimEndingDirectorySeparator(Path.GetFullPath(data));
        var parent = Path.GetDirectoryName(data) ?? throw new UnavailableException($"{data} cannot be a data directory: name a folder in it.");
        if (File.Exists(data)) throw new UnavailableException($"{data} is a file. Name a directory.");
        var isThere = Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any();
        if (isThere && !replace)
            throw new UnavailableException($"The directory {data} is not empty, so nothing was restored. Name another one, or say --replace: what is there is then moved aside, not deleted.");

        try
        {
            using var held = isThere ? Hold(data) : null;
            Directory.CreateDirectory(parent);
            var made = data + ".restoring";
            if (Directory.Exists(made)) Directory.Delete(made, recursive: true); // Left by a restore that was killed.
            Directory.CreateDirectory(made);
            var isPlaced = false;
            try
            {
                var result = await UnpackAsync(archivePath, made, progress, cancellationToken);
                var position = string.Create(CultureInfo.InvariantCulture, $"{result.Manifest.Sequence}@{result.Manifest.Epoch}");
                new RestoredMarker(archivePath, result.Manifest.TakenAt, now, position).Write(made);
                cancellationToken.ThrowIfCancellationRequested();
                // Windows renames no folder in which a file is open.
                held?.Dispose();
                var aside = Place(made, data, isThere, now);
                isPlaced = true;
                return result with { MovedTo = aside };
            }
            finally
            {
                if (!isPlaced) Directory.Delete(made, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"Restoring to {data} failed: {exception.Message} Nothing was changed there; a mount point cannot take part, so name a folder in it.", exception);
        }
    }

    private static async Task<Result> UnpackAsync(string archivePath, string folder, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        using var archive = await BackupArchive.OpenAsync(archivePath, cancellationToken);
        var manifest = archive.Manifest;
        CheckRoom(folder, archive.Bytes);
        await archive.ExtractAsync(folder, done => progress("unpacking", done, archive.Bytes), cancellationToken);

        progress("verifying", 0, archive.Bytes);
        var stands = false;
        foreach (var file in manifest.Files.Where(file => file.Name.EndsWith(".db", StringComparison.Ordinal)))
        {
            if (await SqliteCopy.AuditLogAsync(Path.Combine(folder, file.Name), cancellationToken) is not { } audit) continue;
            if (!audit.IsSound) throw BackupArchive.Damaged(archivePath, $"the rows of its {file.Name} do not add up to the digest that the log keeps of them");
            var position = audit.Head.Position;
            stands |= position.Sequence == manifest.Sequence && position.EpochId == manifest.EpochId && audit.Count == manifest.Count
                && Convert.ToBase64String(audit.Digest.Span) == manifest.Digest;
        }

        if (!stands) throw BackupArchive.Damaged(archivePath, $"no log in it holds the state that its manifest names, {manifest.Sequence}@{manifest.Epoch}");
        progress("verifying", archive.Bytes, archive.Bytes);
        return new Result(manifest, archive.Bytes, MovedTo: null);
    }

    private static string? Place(string made, string data, bool isThere, DateTimeOffset now)
    {
        string? aside = null;
        if (isThere)
        {
            var name = data + now.UtcDateTime.ToString("'.before-restore-'yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            for (var i = 1; Directory.Exists(aside = i == 1 ? name : $"{name}-{i}"); i++) { }
            Directory.Move(data, aside);
        }
        else if (Directory.Exists(data))
        {
            Directory.Delete(data);
        }

        Directory.Move(made, data);
        return aside;
    }

    // A server that runs keeps this file locked.
    private static FileStream? Hold(string data)
    {
        var file = Path.Combine(data, "server.lock");
        if (!File.Exists(file)) return null;
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new UnavailableException($"A server runs on the directory {data}, so nothing was restored. Stop it first.", exception);
        }
    }

    private static void CheckRoom(string folder, long bytes)
    {
        var free = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace; // A full path has a root.
        if (bytes > free) throw new UnavailableException($"The backup unpacks to {bytes} bytes, and {free} are free at {folder}. Free some space there.");
    }
}
