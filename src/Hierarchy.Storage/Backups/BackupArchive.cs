using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Hierarchy.Domain;

namespace Hierarchy.Storage.Backups;

/// <summary>Reads an archive, and trusts nothing in it: names come from a short list of patterns, sizes from the manifest, and every byte is hashed.</summary>
public sealed class BackupArchive : IDisposable
{
    private const int LargestManifest = 1 << 20;
    private const int BufferBytes = 1 << 20;

    private readonly ZipArchive _archive;
    private readonly string _path;

    private BackupArchive(ZipArchive archive, string path, BackupManifest manifest)
    {
        _archive = archive;
        _path = path;
        Manifest = manifest;
    }

    /// <summary>What the backup says of itself; its own hash was checked.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>Bytes of the files, unpacked.</summary>
    public long Bytes => Manifest.Files.Sum(file => file.Length);

    /// <summary>Opens an archive and reads its manifest.</summary>
    /// <exception cref="UnavailableException">The file cannot be read.</exception>
    /// <exception cref="IntegrityException">It is no backup, or a damaged one.</exception>
    public static async Task<BackupArchive> OpenAsync(string path, CancellationToken cancellationToken)
    {
        ZipArchive? archive = null;
        try
        {
            archive = await ZipFile.OpenAsync(path, ZipArchiveMode.Read, cancellationToken);
            var bytes = await ReadSmallAsync(archive, path, BackupWriter.ManifestName, cancellationToken);
            var hash = Encoding.ASCII.GetString(await ReadSmallAsync(archive, path, BackupWriter.ManifestHashName, cancellationToken)).Trim();
            if (!string.Equals(hash, Convert.ToHexStringLower(SHA256.HashData(bytes)), StringComparison.Ordinal)) throw Damaged(path, "its manifest is not what its hash says");
            var manifest = BackupManifest.Read(bytes);
            if (archive.Entries.Count != manifest.Files.Count + 2) throw Damaged(path, "it holds other files than its manifest names");
            var opened = new BackupArchive(archive, path, manifest);
            archive = null;
            return opened;
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(path, $"it is no whole ZIP file ({exception.Message.TrimEnd('.')})", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"{path} cannot be read: {exception.Message}", exception);
        }
        finally
        {
            if (archive is not null) await archive.DisposeAsync();
        }
    }

    /// <summary>Reads every file and holds it against its hash.</summary>
    /// <exception cref="IntegrityException">One is not what the manifest says.</exception>
    public async Task VerifyAsync(Action<long> progress, CancellationToken cancellationToken)
    {
        var done = 0L;
        foreach (var file in Manifest.Files)
        {
            await CopyAsync(file, Stream.Null, bytes => progress(done + bytes), cancellationToken);
            done += file.Length;
        }
    }

    /// <summary>Unpacks every file into a folder, verified and flushed; what holds secrets is readable for its owner alone. On failure the folder is left half filled.</summary>
    /// <exception cref="IntegrityException">One is not what the manifest says.</exception>
    public async Task ExtractAsync(string folder, Action<long> progress, CancellationToken cancellationToken)
    {
        var done = 0L;
        foreach (var file in Manifest.Files)
        {
            var path = Path.Combine([folder, .. file.Name.Split('/')]);
            await using (var target = CreateFile(folder, file.Name, path))
            {
                await CopyAsync(file, target, bytes => progress(done + bytes), cancellationToken);
                target.Flush(flushToDisk: true);
            }

            done += file.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    internal static IntegrityException Damaged(string path, string what, Exception? cause = null) =>
        new($"{path} cannot be used as a backup: {what}. Nothing was changed; take another backup.", cause!); // An exception may be without a cause.

    private static FileStream CreateFile(string folder, string name, string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!name.Contains('/', StringComparison.Ordinal)) return new FileStream(path, options);
        var parent = Path.GetDirectoryName(path)!; // The name has a folder.
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(parent);
        }
        else
        {
            Directory.CreateDirectory(parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    // Whatever the entry claims, no more is read than the manifest allows.
    private async Task CopyAsync(BackupFile file, Stream target, Action<long> progress, CancellationToken cancellationToken)
    {
        var entry = _archive.GetEntry(file.Name) ?? throw Damaged(_path, $"{file.Name} is missing");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await using var source = await entry.OpenAsync(cancellationToken);
            var length = 0L;
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                length += read;
                if (length > file.Length) throw Damaged(_path, $"{file.Name} is longer than its manifest says");
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                progress(length);
            }

            if (length != file.Length) throw Damaged(_path, $"{file.Name} has {length} bytes instead of {file.Length}");
            if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256) throw Damaged(_path, $"the SHA-256 of {file.Name} is another one");
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(_path, $"{file.Name} cannot be unpacked ({exception.Message.TrimEnd('.')})", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<byte[]> ReadSmallAsync(ZipArchive archive, string path, string name, CancellationToken cancellationToken)
    {
        var entry = archive.GetEntry(name) ?? throw Damaged(path, $"it has no {name}");
        await using var source = await entry.OpenAsync(cancellationToken);
        var bytes = new byte[LargestManifest + 1];
        var length = await source.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= LargestManifest ? bytes[..length] : throw Damaged(path, $"its {name} is longer than {LargestManifest} bytes");
    }
}
