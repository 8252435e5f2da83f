using Hierarchy.Domain.Catalog;
using System.Collections.Concurrent;
using Hierarchy.Content.Verification;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Store;

/// <summary>
/// Files of this server, addressed by SHA-256 and found by SHA-1 too. Nothing unverified ever stands under its final name: bytes are written beside, on the local disk, hashed, flushed, and then
/// given to the <see cref="IContentBackend"/>. Opening reads names and no file.
/// </summary>
public sealed partial class ContentStore : IDisposable
{
    private const int Stripes = 64;

    private readonly StoreLayout _layout;
    private readonly IContentBackend _backend;
    private readonly long _reservedBytes;
    private readonly ContentCounters _counters;
    private readonly ILogger _log;
    private readonly FileStream _lock;

    /// <summary>Each guards, for its share of the files, changes of the index together with the backend's calls that they stand for: a stale reader's complaint must not put a fresh copy aside.</summary>
    private readonly SemaphoreSlim[] _changes = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1, 1))];

    private readonly ConcurrentDictionary<Sha256Digest, StoredFile> _bySha256 = new();
    private readonly ConcurrentDictionary<Sha1Digest, StoredFile> _bySha1 = new();

    /// <summary>Opens the store and makes its folder where it is absent.</summary>
    /// <exception cref="UnavailableException">The folder cannot be used, or another process uses it.</exception>
    /// <param name="options">Where the folder is.</param>
    /// <param name="counters">Counts what is stored.</param>
    /// <param name="log">The log.</param>
    /// <param name="backend">Where verified files are kept; null: in the same folder. What is arriving stands in the folder in any case.</param>
    /// <param name="time">The clock.</param>
    public ContentStore(ContentOptions options, ContentCounters counters, ILogger<ContentStore> log, IContentBackend? backend = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _layout = new StoreLayout(options.Directory);
        _reservedBytes = options.ReservedBytes;
        _counters = counters;
        _log = log;
        try
        {
            Directory.CreateDirectory(_layout.Partial);
            _lock = new FileStream(_layout.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            _backend = backend ?? new FolderBackend(_layout, time ?? TimeProvider.System, log);
            // What is arriving takes its room on the local disk, whatever keeps it afterwards.
            AvailableSpace = () => Math.Min(_layout.AvailableSpace, _backend.AvailableSpace);
            foreach (var stored in _backend.List()) Add(stored);
            ClearPartial();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lock?.Dispose();
            throw new UnavailableException($"The content folder {_layout.Root} cannot be used: {e.Message} Give each server a folder of its own that it may write to ({ContentOptions.Section}:Directory).", e);
        }

        Log.Opened(_log, _backend.Name, Count, TotalBytes);
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

    /// <summary>Bytes that may still be stored.</summary>
    public long FreeBytes => Math.Max(0, AvailableSpace() - _reservedBytes);

    /// <summary>Where it keeps files, for people.</summary>
    public string Name => _backend.Name;

    /// <summary>The stored file by its wire name, or null.</summary>
    public StoredFile? Find(Sha1Digest sha1) => _bySha1.GetValueOrDefault(sha1);

    /// <summary>The path of a stored file, for a program that runs on this machine; null when it is not here, or has none.</summary>
    public string? PathOf(ContentFile file) => Find(file) is { } stored ? _backend.PathOf(stored) : null;

    /// <summary>Hashes every stored file; what is damaged is put aside, no longer found, and returned. Reads the whole store.</summary>
    public async Task<IReadOnlyList<StoredFile>> VerifyAsync(CancellationToken cancellationToken, IProgress<VerifyProgress>? progress = null)
    {
        var damaged = new List<StoredFile>();
        var buffer = new byte[PieceJournal.PieceLength];
        var files = Files.ToArray();
        var state = new VerifyProgress(0, files.Length, 0, files.Sum(stored => stored.Size), 0);
        progress?.Report(state);
        foreach (var stored in files)
        {
            if (!await IsSoundAsync(stored, buffer, cancellationToken)) damaged.Add(stored);
            state = state with { FilesDone = state.FilesDone + 1, BytesDone = state.BytesDone + stored.Size, Damaged = damaged.Count };
            progress?.Report(state);
        }

        return damaged;
    }

    /// <summary>Takes a file away; false when this very copy is not here any more.</summary>
    /// <exception cref="UnavailableException">The storage refuses.</exception>
    public async ValueTask<bool> RemoveAsync(StoredFile stored, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var change = ChangeOf(stored);
        await change.WaitAsync(cancellationToken);
        try
        {
            if (!Forget(stored)) return false;
            await _backend.RemoveAsync(stored);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Add(stored);
            throw new UnavailableException($"Content {stored.Sha1} cannot be removed from {_backend.Name}: {e.Message} Check its rights and the disk.", e);
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>Takes away what was put aside, and what began to arrive and was given up, before a time; answers how many files and bytes that were.</summary>
    /// <param name="before">The time.</param>
    /// <param name="isArriving">Says of a name on the wire whether its transfer is under way.</param>
    /// <param name="whatIf">Only counts.</param>
    public async Task<(int Files, long Bytes)> ClearLeftoversAsync(DateTimeOffset before, Func<Sha1Digest, bool> isArriving, bool whatIf)
    {
        ArgumentNullException.ThrowIfNull(isArriving);
        try
        {
            var (files, bytes) = await _backend.ClearAsideAsync(before, whatIf);
            foreach (var partial in new DirectoryInfo(_layout.Partial).EnumerateFiles("*" + StoreLayout.PartialExtension))
            {
                if (partial.LastWriteTimeUtc >= before.UtcDateTime || !Sha1Digest.TryParse(Path.GetFileNameWithoutExtension(partial.Name), out var sha1) || isArriving(sha1)) continue;
                (files, bytes) = (files + 1, bytes + partial.Length);
                if (whatIf) continue;
                partial.Delete();
                File.Delete(partial.FullName + StoreLayout.JournalExtension);
            }

            return (files, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"Leftovers of content cannot be removed from {_backend.Name}: {e.Message} Check its rights and the disk.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        foreach (var change in _changes) change.Dispose();
    }

    /// <summary>Opens a stored file; null when it is not here, or turns out missing or cut short (then it is put aside).</summary>
    internal async ValueTask<IContentBytes?> OpenReadAsync(ContentFile file) => Find(file) is { } stored ? await OpenReadAsync(stored) : null;

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
    internal async ValueTask<StoredFile> CommitAsync(PartialFile partial, string origin, CancellationToken cancellationToken)
    {
        var stored = partial.Seal(origin);
        await PublishAsync(partial.Path, stored, cancellationToken);
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
    internal async ValueTask PublishAsync(string verified, StoredFile stored, CancellationToken cancellationToken)
    {
        var change = ChangeOf(stored);
        await change.WaitAsync(cancellationToken);
        try
        {
            await _backend.PublishAsync(verified, stored, cancellationToken);
            Add(stored);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"Content {stored.Sha1} is verified but cannot be moved into {_backend.Name}: {e.Message} Check its rights and the disk.", e);
        }
        finally
        {
            change.Release();
        }

        _counters.Stored();
    }

    /// <summary>Returns when the disk has room for so many bytes more.</summary>
    /// <exception cref="UnavailableException">It has not.</exception>
    internal void CheckRoom(ContentFile file, long needed)
    {
        var free = AvailableSpace() - _reservedBytes;
        if (needed <= free) return;
        throw new StorageException(
            $"The disk of {_backend.Name} is full: {file} needs {needed} bytes more, {Math.Max(free, 0)} are free beside the {_reservedBytes} reserved. Free space or move {ContentOptions.Section}:Directory.");
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

    private async ValueTask<IContentBytes?> OpenReadAsync(StoredFile stored)
    {
        IContentBytes? bytes;
        long length;
        try
        {
            bytes = _backend.Open(stored);
            length = bytes?.Length ?? 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"Content {stored.Sha1} cannot be read from {_backend.Name}: {e.Message} Check its rights and the disk.", e);
        }

        if (bytes is null)
        {
            var change = ChangeOf(stored);
            await change.WaitAsync();
            var isForgotten = Forget(stored);
            change.Release();
            if (isForgotten) Log.Missing(_log, stored.Sha1, _backend.Name);
            return null;
        }

        if (length == stored.Size) return bytes;
        bytes.Dispose();
        await QuarantineAsync(stored, $"it has {length} bytes instead of {stored.Size}");
        return null;
    }

    private async Task<bool> IsSoundAsync(StoredFile stored, byte[] buffer, CancellationToken cancellationToken)
    {
        string fault;
        using (var bytes = await OpenReadAsync(stored))
        {
            if (bytes is null) return false;
            if (await ReadBackAsync(stored, bytes, buffer, cancellationToken) is not { } found) return true;
            fault = found;
        }

        await QuarantineAsync(stored, fault);
        return false;
    }

    private static async Task<string?> ReadBackAsync(StoredFile stored, IContentBytes bytes, byte[] buffer, CancellationToken cancellationToken)
    {
        using var hasher = new ContentHasher();
        try
        {
            for (int read; (read = await bytes.ReadAsync(hasher.Length, buffer, cancellationToken)) > 0;) hasher.Append(buffer.AsSpan(0, read));
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
    private async ValueTask QuarantineAsync(StoredFile stored, string fault)
    {
        var change = ChangeOf(stored);
        await change.WaitAsync();
        try
        {
            if (!Forget(stored)) return;
            _counters.Quarantined();
            Log.Quarantined(_log, stored.Sha1, fault, await _backend.PutAsideAsync(stored));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not found any more in any case; a restart would find it by name, so say what to do.
            Log.CannotQuarantine(_log, stored.Sha1, _backend.PathOf(stored) ?? _backend.Name, e);
        }
        finally
        {
            change.Release();
        }
    }

    private SemaphoreSlim ChangeOf(StoredFile stored) => _changes[(uint)stored.Sha256.GetHashCode() % Stripes];

    private void ClearPartial()
    {
        foreach (var adopted in Directory.EnumerateFiles(_layout.Partial, "*" + StoreLayout.AdoptedExtension)) File.Delete(adopted);

        foreach (var journal in Directory.EnumerateFiles(_layout.Partial, "*" + StoreLayout.JournalExtension))
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
