using Hierarchy.Content.Store;
using Hierarchy.Content.Verification;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Adoption;

/// <summary>
/// Takes files that a WSUS keeps (`WsusContent`, folders 00 to FF with files named by their SHA-1) into the store, each verified first. The folder is only read. What is in the store
/// already is passed over, so an adoption that was cut off goes on where it was. One at a time.
/// </summary>
public sealed partial class ContentAdopter(ContentStore store, IContentCatalog catalog, ILogger<ContentAdopter> log) : IDisposable
{
    private const int BufferLength = 1 << 20;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    /// <summary>True for a folder that holds one of the folders 00 to FF.</summary>
    public static bool IsContentFolder(string folder)
    {
        try
        {
            return Subfolders(folder).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Adopts everything in the folder that the catalog knows.</summary>
    /// <returns>The last state.</returns>
    /// <exception cref="UnavailableException">The folder cannot be used, another adoption is under way, or the store's disk refuses.</exception>
    public async Task<AdoptionProgress> AdoptAsync(string folder, AdoptionMode mode, IProgress<AdoptionProgress>? progress, CancellationToken cancellationToken)
    {
        if (!await _oneAtATime.WaitAsync(TimeSpan.Zero, cancellationToken)) throw new UnavailableException("Another adoption of content is under way. Wait for its end: it may be doing the same.");
        try
        {
            var state = AdoptionProgress.None;
            var known = List(folder, ref state, cancellationToken);
            var buffer = new byte[BufferLength];
            foreach (var (file, path) in known)
            {
                state = await TakeAsync(file, path, Path.GetRelativePath(folder, path), mode, buffer, state, progress, cancellationToken);
                progress?.Report(state);
            }

            Log.Adopted(log, folder, state.Linked, state.Copied, state.AlreadyHere, state.Unknown, state.Wrong);
            return state;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    private List<(ContentFile File, string Path)> List(string folder, ref AdoptionProgress state, CancellationToken cancellationToken)
    {
        var known = new List<(ContentFile, string)>();
        var (unknown, bytes) = (0, 0L);
        try
        {
            foreach (var entry in Subfolders(folder).OrderBy(sub => sub.Name, StringComparer.OrdinalIgnoreCase).SelectMany(sub => sub.EnumerateFiles()))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (ContentPath.TryParse(entry.Directory!.Name, entry.Name, out var sha1) && catalog.Find(sha1) is { } file) // It was found in a folder.
                {
                    known.Add((file, entry.FullName));
                    bytes += file.Size;
                }
                else
                {
                    unknown++;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"{folder} cannot be read: {e.Message} Give the account of this server the right to read it.", e);
        }

        state = state with { FilesTotal = known.Count, BytesTotal = bytes, Unknown = unknown };
        return known;
    }

    private static IEnumerable<DirectoryInfo> Subfolders(string folder) =>
        new DirectoryInfo(folder).EnumerateDirectories("??").Where(sub => byte.TryParse(sub.Name, System.Globalization.NumberStyles.AllowHexSpecifier, null, out _));

    private async Task<AdoptionProgress> TakeAsync(
        ContentFile file, string path, string name, AdoptionMode mode, byte[] buffer, AdoptionProgress state, IProgress<AdoptionProgress>? progress, CancellationToken cancellationToken)
    {
        var before = state.BytesDone;
        var done = state with { FilesDone = state.FilesDone + 1, BytesDone = before + file.Size };
        if (store.Contains(file)) return done with { AlreadyHere = state.AlreadyHere + 1 };
        var temporary = store.AdoptionPathOf(file.Sha1);
        try
        {
            var source = new FileInfo(path);
            if (source.Length != file.Size && source.LinkTarget is null) return Wrong(done, file, name, $"{source.Length} bytes instead of {file.Size}");
            File.Delete(temporary);
            using var hasher = new ContentHasher();
            // From the link on it is these very bytes that are read, verified and named, whatever becomes of the folder meanwhile. A symbolic link would give the store a name for a name.
            var isLinked = mode == AdoptionMode.LinkOrCopy && source.LinkTarget is null && HardLink.TryCreate(path, temporary);
            if (!isLinked) store.CheckRoom(file, file.Size);
            await ReadAsync(isLinked ? temporary : path, isLinked ? null : temporary, hasher, buffer, read => progress?.Report(state with { BytesDone = before + read }), cancellationToken);
            if (ContentVerifier.Difference(file, hasher) is { } difference) return Wrong(done, file, name, difference);
            var (sha1, sha256) = hasher.Current();
            await store.PublishAsync(temporary, new StoredFile(sha1, sha256, hasher.Length), cancellationToken);
            return isLinked ? done with { Linked = state.Linked + 1 } : done with { Copied = state.Copied + 1 };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Wrong(done, file, name, $"it cannot be read: {e.Message}");
        }
        finally
        {
            store.DiscardAdoption(temporary);
        }
    }

    private static async Task ReadAsync(string path, string? copy, ContentHasher hasher, byte[] buffer, Action<long> report, CancellationToken cancellationToken)
    {
        await using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var target = copy is null ? null : Create(copy);
        for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hasher.Append(buffer.AsSpan(0, read));
            if (target is not null) await WriteAsync(target, buffer.AsMemory(0, read), cancellationToken);
            report(hasher.Length);
        }

        if (target is not null) Flush(target);
    }

    private static FileStream Create(string copy) =>
        OnDisk(copy, () => new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous));

    private static void Flush(FileStream target) => OnDisk(target.Name, () =>
    {
        target.Flush(flushToDisk: true);
        return true;
    });

    private static async ValueTask WriteAsync(FileStream target, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await target.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException e)
        {
            throw CannotWrite(target.Name, e);
        }
    }

    private static T OnDisk<T>(string path, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, e);
        }
    }

    private static UnavailableException CannotWrite(string path, Exception e) =>
        new($"Content cannot be written to {path}: {e.Message} Free space there or mend the disk, and adopt again: what was taken is not read again.", e);

    private AdoptionProgress Wrong(AdoptionProgress done, ContentFile file, string name, string reason)
    {
        Log.Wrong(log, file.Sha1, name, reason);
        var faults = done.Faults.Count < AdoptionProgress.MaxFaults ? [.. done.Faults, new AdoptionFault(name, reason)] : done.Faults;
        return done with { Wrong = done.Wrong + 1, Faults = faults };
    }

    private static partial class Log
    {
        [LoggerMessage(7011, LogLevel.Information, "Content of {Folder} adopted: {Linked} files linked, {Copied} copied, {AlreadyHere} were here, {Unknown} are in no update, {Wrong} are wrong.")]
        public static partial void Adopted(ILogger log, string folder, int linked, int copied, int alreadyHere, int unknown, int wrong);

        [LoggerMessage(7012, LogLevel.Warning, "Content {Sha1} was not adopted from {Path}: {Reason}")]
        public static partial void Wrong(ILogger log, Sha1Digest sha1, string path, string reason);
    }
}
