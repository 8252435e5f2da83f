using Hierarchy.Content.Store;
using Hierarchy.Content.Verification;
using Hierarchy.Domain;

namespace Hierarchy.Content.Adoption;

/// <summary>A file that is being carried in. It stands in the store once it is the file that the catalog means, and is on the disk; else nothing of it stays.</summary>
public sealed class ContentArrival : IAsyncDisposable
{
    private readonly ContentStore _store;
    private readonly ContentFile _file;
    private readonly FileStream _stream;
    private readonly ContentHasher _hasher = new();

    private ContentArrival(ContentStore store, ContentFile file, FileStream stream)
    {
        _store = store;
        _file = file;
        _stream = stream;
    }

    internal static ContentArrival Begin(ContentStore store, ContentFile file)
    {
        var path = store.AdoptionPathOf(file.Sha1);
        try
        {
            File.Delete(path); // Left by an attempt that was killed; it may be a second name of another folder's bytes.
            return new ContentArrival(store, file, new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, e);
        }
    }

    /// <summary>The next bytes.</summary>
    /// <exception cref="IntegrityException">They are more than the file has.</exception>
    /// <exception cref="UnavailableException">The disk refuses.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_hasher.Length + bytes.Length > _file.Size) throw new IntegrityException($"Content {_file} is longer than the {_file.Size} bytes that the catalog gives it. Nothing of it was stored.");
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException e)
        {
            throw CannotWrite(_stream.Name, e);
        }

        _hasher.Append(bytes.Span);
    }

    /// <summary>All bytes came: verifies them, and gives the file its name.</summary>
    /// <exception cref="IntegrityException">They are not the file.</exception>
    /// <exception cref="UnavailableException">The disk refuses.</exception>
    public async ValueTask CompleteAsync(string origin, CancellationToken cancellationToken)
    {
        ContentVerifier.Verify(_file, _hasher, origin);
        try
        {
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
        }
        catch (IOException e)
        {
            throw CannotWrite(_stream.Name, e);
        }

        var (sha1, sha256) = _hasher.Current();
        await _store.PublishAsync(_stream.Name, new StoredFile(sha1, sha256, _hasher.Length), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _store.DiscardAdoption(_stream.Name);
        _hasher.Dispose();
    }

    private static UnavailableException CannotWrite(string path, Exception e) =>
        new($"Content cannot be written to {path}: {e.Message} Free space there or mend the disk, and import again: what was stored is not stored again.", e);
}
