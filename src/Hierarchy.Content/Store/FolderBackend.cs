using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Store;

/// <summary>Verified files in a folder of this machine: one rename publishes a file and its entry together.</summary>
internal sealed partial class FolderBackend : IContentBackend
{
    private readonly StoreLayout _layout;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public FolderBackend(StoreLayout layout, TimeProvider time, ILogger log)
    {
        _layout = layout;
        _time = time;
        _log = log;
        foreach (var folder in new[] { layout.Files, layout.Quarantine }) Directory.CreateDirectory(folder);
    }

    public string Name => _layout.Root;

    public long AvailableSpace => _layout.AvailableSpace;

    public IEnumerable<StoredFile> List()
    {
        foreach (var file in new DirectoryInfo(_layout.Files).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (StoreLayout.TryParseName(file.Name, out var sha1, out var sha256)) yield return new StoredFile(sha1, sha256, file.Length);
            else Log.Stranger(_log, file.FullName);
        }
    }

    public string PathOf(StoredFile file) => _layout.PathOf(file);

    public IContentBytes? Open(StoredFile file)
    {
        try
        {
            return new FileBytes(File.OpenHandle(_layout.PathOf(file), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public ValueTask PublishAsync(string path, StoredFile file, CancellationToken cancellationToken)
    {
        var final = _layout.PathOf(file);
        Directory.CreateDirectory(Path.GetDirectoryName(final)!);
        // The folder's own entry is not flushed: what a power cut takes back is fetched again, and nobody was told that it is durable.
        File.Move(path, final, overwrite: true);
        return ValueTask.CompletedTask;
    }

    public ValueTask<string> PutAsideAsync(StoredFile file)
    {
        var aside = _layout.QuarantinePathOf(file);
        File.Move(_layout.PathOf(file), aside, overwrite: true);
        // The one time that may be set: the others belong to the bytes, which may have a second name in another program's folder.
        File.SetLastAccessTimeUtc(aside, _time.GetUtcNow().UtcDateTime);
        return ValueTask.FromResult(aside);
    }

    public ValueTask RemoveAsync(StoredFile file)
    {
        try
        {
            File.Delete(_layout.PathOf(file));
        }
        catch (DirectoryNotFoundException)
        {
            // Nor is the file there.
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<(int Files, long Bytes)> ClearAsideAsync(DateTimeOffset before, bool whatIf)
    {
        var (files, bytes) = (0, 0L);
        foreach (var aside in new DirectoryInfo(_layout.Quarantine).EnumerateFiles())
        {
            if (aside.LastAccessTimeUtc >= before.UtcDateTime) continue;
            var length = aside.Length;
            if (!whatIf) aside.Delete();
            files++;
            bytes += length;
        }

        return ValueTask.FromResult((files, bytes));
    }

    private static partial class Log
    {
        [LoggerMessage(7002, LogLevel.Warning, "{Path} is no file of the content store and is left alone.")]
        public static partial void Stranger(ILogger log, string path);
    }
}
