using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Hierarchy.Storage.Backups;

/// <summary>
/// Writes an archive: an ordinary ZIP file, front to back, so that it can go to a network as well as to a disk. First the files, each hashed while it is read; then `manifest.json`, which names
/// them with their hashes; then `manifest.sha256`, the manifest's own.
/// </summary>
public static class BackupWriter
{
    internal const string ManifestName = "manifest.json";
    internal const string ManifestHashName = "manifest.sha256";
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes the archive; the stream stays open, and is not flushed to a disk.</summary>
    /// <param name="output">Where to; need not seek.</param>
    /// <param name="head">The manifest but for its files.</param>
    /// <param name="files">What goes in: the name in the archive, and where it is now.</param>
    /// <param name="progress">Hears bytes of files that are done.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<BackupManifest> WriteAsync(
        Stream output, BackupManifest head, IReadOnlyList<(string Name, string Path)> files, Action<long> progress, CancellationToken cancellationToken)
    {
        await using var archive = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellationToken);
        var written = new List<BackupFile>();
        var done = 0L;
        foreach (var (name, path) in files)
        {
            var file = await AddAsync(archive, name, path, head.TakenAt, bytes => progress(done + bytes), cancellationToken);
            done += file.Length;
            written.Add(file);
        }

        var manifest = head with { Files = written };
        var bytes = manifest.ToBytes();
        await AddAsync(archive, ManifestName, bytes, head.TakenAt, cancellationToken);
        await AddAsync(archive, ManifestHashName, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(bytes)) + "\n"), head.TakenAt, cancellationToken);
        return manifest;
    }

    private static async Task<BackupFile> AddAsync(ZipArchive archive, string name, string path, DateTimeOffset time, Action<long> progress, CancellationToken cancellationToken)
    {
        await using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var target = await Entry(archive, name, time).OpenAsync(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var length = 0L;
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                length += read;
                progress(length);
            }

            return new BackupFile(name, length, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task AddAsync(ZipArchive archive, string name, byte[] bytes, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await using var target = await Entry(archive, name, time).OpenAsync(cancellationToken);
        await target.WriteAsync(bytes, cancellationToken);
    }

    private static ZipArchiveEntry Entry(ZipArchive archive, string name, DateTimeOffset time)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = time;
        // 0600 for whoever unpacks it with a program of his own: it holds the tree's secret.
        entry.ExternalAttributes = 0x8180 << 16;
        return entry;
    }
}
