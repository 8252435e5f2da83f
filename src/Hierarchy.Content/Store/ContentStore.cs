using Hierarchy.Domain.Catalog;
using System.Collections.Concurrent;
using Hierarchy.Content.Verification;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Content.Store;

/// <summary>
/// Files on this server's disk, addressed by SHA-256 and found by SHA-1 too. Nothing unverified ever stands under its final
/// name: bytes are written beside, hashed, flushed, and then renamed. Opening reads the folder's names and no file.
/// </summary>
public sealed partial class ContentStore : IDisposable
{
    private readonly StoreLayout _layout;
    private readonly long _reservedBytes;
    private readonly ContentCounters _counters;
    private readonly ILogger _log;
    private readonly FileStream _lock;

    /// <summary>Guards changes of the index together with the renames that they stand for: a stale reader's complaint must not put a fresh copy aside.</summary>
    private readonly Lock _changes = new();

    private readonly ConcurrentDictionary<Sha256Digest, StoredFile> _bySha256 = new();
    private readonly ConcurrentDictionary<Sha1Digest, StoredFile> _bySha1 = new();

    /// <summary>Opens the store and makes its folder where it is absent.</summary>
    /// <exception cref="UnavailableException">The folder cannot be used, or another process uses it.</exception>
    public ContentStore(ContentOptions options, ContentCounters counters, ILogger<ContentStore> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _layout = new StoreLayout(options.Directory);
        _reservedBytes = options.ReservedBytes;
        _counters = counters;
        _log = log;
        // Elsewhere than on Windows a drive is whatever is mounted there.
        AvailableSpace = () => new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(_layout.Root) ?? _layout.Root : _layout.Root).AvailableFreeSpace;
        try
        {
            foreach (var folder in new[] { _layout.Files, _layout.Partial, _layout.Quarantine }) Directory.CreateDirectory(folder);
            _lock = new FileStream(_layout.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Scan();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lock?.Dispose();
            throw new UnavailableException($"The content folder {_layout.Root} cannot be used: {e.Message} Give each server a folder of its own that it may write to ({ContentOptions.Section}:Directory).", e);
        }

        Log.Opened(_log, _layout.Root, Count, TotalBytes);
    }

    /// <summary>Files stored.</summary>
    public int Count => _bySha256.Count;

    /// <summary>Their length together.</summary>
    public long TotalBytes => _bySha256.Sum(entry => entry.Value.Size);

    /// <summary>All stored files at this moment, in no order.</summary>
    public IEnumerable<StoredFile> Files => _bySha256.Select(entry => entry.Value);

    /// <summary>Free bytes of the disk; tests put a small disk here.</summary>
    internal Func<long> AvailableSpace { get; set; }

    /// <summary>True when the file is here, verified.</summary>
    public bool Contains(ContentFile file) => Find(file) is not null;

    /// <summary>The stored file, or null.</summary>
    public StoredFile? Find(ContentFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var stored = file.Sha256 is { } sha256 ? _bySha256.GetValueOrDefault(sha256) : _bySha1.GetValueOrDefault(file.Sha1);
        return stored is not null && stored.Size == file.Size && stored.Sha1 == file.Sha1 ? stored : null;
    }

    /// <summary>The stored file by its wire name, or null.</summary>
    public StoredFile? Find(Sha1Digest sha1) => _bySha1.GetValueOrDefault(sha1);

    /// <summary>The path of a stored file, for a program that runs on this machine; null when it is not here.</summary>
    public string? PathOf(ContentFile file) => Find(file) is { } stored ? _layout.PathOf(stored) : null;

    /// <summary>Hashes every stored file; what is damaged is put aside, no longer found, and returned. Reads the whole store.</summary>
    public async Task<IReadOnlyList<StoredFile>> VerifyAsync(CancellationToken cancellationToken)
    {
        var damaged = new List<StoredFile>();
        var buffer = new byte[PieceJournal.PieceLength];
        foreach (var stored in Files)
        {
            using var handle = OpenRead(stored);
            if (handle is not null)
            {
                if (await ReadBackAsync(stored, handle, buffer, cancellationToken) is not { } fault) continue;
                handle.Dispose();
                Quarantine(stored, fault);
            }

            damaged.Add(stored);
        }

        return damaged;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>Opens a stored file; null when it is not here, or turns out missing or cut short (then it is put aside).</summary>
    internal SafeFileHandle? OpenRead(ContentFile file) => Find(file) is { } stored ? OpenRead(stored) : null;

    /// <summary>Opens what is on its way, verified as far as an earlier process came.</summary>
    /// <exception cref="UnavailableException">The disk has no room for the rest, or fails.</exception>
    internal async Task<PartialFile> OpenPartialAsync(ContentFile file, CancellationToken cancellationToken)
    {
        var partial = await PartialFile.OpenAsync(_layout.Partial, file, cancellationToken);
        try
        {
            CheckRoom(file, file.Size - partial.Length);
            return partial;
        }
        catch
        {
            partial.Dispose();
            partial.Handle.Dispose();
            throw;
        }
    }

    /// <summary>Verifies, flushes, and gives the file its final name.</summary>
    /// <exception cref="IntegrityException">The bytes are not the file; they stay partial.</exception>
    /// <exception cref="UnavailableException">The disk fails; they stay partial.</exception>
    internal StoredFile Commit(PartialFile partial, string origin)
    {
        var stored = partial.Seal(origin);
        Publish(partial.Path, stored);
        try
        {
            partial.DeleteJournal();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"Content {partial.File} is stored, but its journal cannot be deleted: {e.Message} Check the folder's rights and the disk.", e);
        }

        return stored;
    }

    /// <summary>Gives bytes that were verified as this file, and are on the disk, their final name.</summary>
    /// <exception cref="UnavailableException">The disk fails; the bytes stay where they are.</exception>
    internal void Publish(string verified, StoredFile stored)
    {
        var path = _layout.PathOf(stored);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // The folder's own entry is not flushed: what a power cut takes back is fetched again, and nobody was told that it is durable.
            lock (_changes)
            {
                File.Move(verified, path, overwrite: true);
                Add(stored);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"Content {stored.Sha1} is verified but cannot be moved to {path}: {e.Message} Check the folder's rights and the disk.", e);
        }

        _counters.Stored();
    }

    /// <summary>Returns when the disk has room for so many bytes more.</summary>
    /// <exception cref="UnavailableException">It has not.</exception>
    internal void CheckRoom(ContentFile file, long needed)
    {
        var free = AvailableSpace() - _reservedBytes;
        if (needed <= free) return;
        throw new UnavailableException(
            $"The disk of {_layout.Root} is full: {file} needs {needed} bytes more, {Math.Max(free, 0)} are free beside the {_reservedBytes} reserved. Free space or move {ContentOptions.Section}:Directory.");
    }

    /// <summary>Where a file stands while it is taken from another folder. It may be a second name of that folder's bytes, so nothing ever writes there: it is renamed or deleted.</summary>
    internal string AdoptionPathOf(Sha1Digest sha1) => _layout.AdoptionPathOf(sha1);

    /// <summary>Takes that name away; the bytes in the other folder stay.</summary>
    internal void DiscardAdoption(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LeftBehind(_log, path, e.Message);
        }
    }

    /// <summary>Deletes what is on its way.</summary>
    internal static void Discard(PartialFile partial)
    {
        partial.DeleteJournal();
        File.Delete(partial.Path);
    }

    private SafeFileHandle? OpenRead(StoredFile stored)
    {
        var path = _layout.PathOf(stored);
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            lock (_changes) Forget(stored);
            Log.Missing(_log, stored.Sha1, path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"Content {stored.Sha1} cannot be read from {path}: {e.Message} Check the folder's rights and the disk.", e);
        }

        var length = RandomAccess.GetLength(handle);
        if (length == stored.Size) return handle;
        handle.Dispose();
        Quarantine(stored, $"it has {length} bytes instead of {stored.Size}");
        return null;
    }

    private static async Task<string?> ReadBackAsync(StoredFile stored, SafeFileHandle handle, byte[] buffer, CancellationToken cancellationToken)
    {
        using var hasher = new ContentHasher();
        try
        {
            for (int read; (read = await RandomAccess.ReadAsync(handle, buffer, hasher.Length, cancellationToken)) > 0;) hasher.Append(buffer.AsSpan(0, read));
        }
        catch (IOException e)
        {
            return $"it cannot be read: {e.Message}";
        }

        var (sha1, sha256) = hasher.Current();
        if (hasher.Length != stored.Size) return $"it has {hasher.Length} bytes instead of {stored.Size}";
        return sha1 == stored.Sha1 && sha256 == stored.Sha256 ? null : $"its SHA-256 is {sha256}";
    }

    /// <summary>Puts a damaged file aside: it is not found any more, so that the next asker or pre-fetch brings it anew.</summary>
    private void Quarantine(StoredFile stored, string fault)
    {
        lock (_changes)
        {
            if (!Forget(stored)) return;
            _counters.Quarantined();
            try
            {
                File.Move(_layout.PathOf(stored), _layout.QuarantinePathOf(stored), overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not found any more in any case; a restart would find it by name, so say what to do.
                Log.CannotQuarantine(_log, stored.Sha1, _layout.PathOf(stored), e);
                return;
            }
        }

        Log.Quarantined(_log, stored.Sha1, fault, _layout.QuarantinePathOf(stored));
    }

    private void Scan()
    {
        foreach (var file in new DirectoryInfo(_layout.Files).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (StoreLayout.TryParseName(file.Name, out var sha1, out var sha256)) Add(new StoredFile(sha1, sha256, file.Length));
            else Log.Stranger(_log, file.FullName);
        }

        foreach (var adopted in Directory.EnumerateFiles(_layout.Partial, "*" + StoreLayout.AdoptedExtension)) File.Delete(adopted);

        foreach (var journal in Directory.EnumerateFiles(_layout.Partial, "*.pieces"))
        {
            // Killed between the rename and this deletion.
            if (!File.Exists(Path.ChangeExtension(journal, null))) File.Delete(journal);
        }
    }

    private void Add(StoredFile stored)
    {
        _bySha256[stored.Sha256] = stored;
        _bySha1[stored.Sha1] = stored;
    }

    private bool Forget(StoredFile stored)
    {
        if (!ReferenceEquals(_bySha256.GetValueOrDefault(stored.Sha256), stored)) return false;
        _bySha256.TryRemove(stored.Sha256, out _);
        _bySha1.TryRemove(KeyValuePair.Create(stored.Sha1, stored));
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Information, "Content store {Folder}: {Count} files, {Bytes} bytes.")]
        public static partial void Opened(ILogger log, string folder, int count, long bytes);

        [LoggerMessage(7002, LogLevel.Warning, "{Path} is no file of the content store and is left alone.")]
        public static partial void Stranger(ILogger log, string path);

        [LoggerMessage(7003, LogLevel.Warning, "Content {Sha1} is gone from {Path}; it is fetched again when needed.")]
        public static partial void Missing(ILogger log, Sha1Digest sha1, string path);

        [LoggerMessage(7004, LogLevel.Warning, "Content {Sha1} is damaged: {Fault}. It was put aside as {Path} and is fetched again when needed. Check the disk.")]
        public static partial void Quarantined(ILogger log, Sha1Digest sha1, string fault, string path);

        [LoggerMessage(7006, LogLevel.Warning, "{Path} is left over from an adoption and cannot be deleted ({Reason}); the next start deletes it.")]
        public static partial void LeftBehind(ILogger log, string path, string reason);

        [LoggerMessage(7005, LogLevel.Error, "Damaged content {Sha1} cannot be put aside. Delete {Path} by hand before the next start.")]
        public static partial void CannotQuarantine(ILogger log, Sha1Digest sha1, string path, Exception exception);
    }
}
