using Hierarchy.Content.Verification;
using Hierarchy.Domain;
using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Content.Store;

/// <summary>
/// A file on its way into the store: bytes are appended and hashed, and <see cref="ContentStore.CommitAsync"/> gives it its final
/// name once they are what the catalog says. Survives a crash as far as its <see cref="PieceJournal"/> agrees. One writer.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly PieceJournal _journal;
    private ContentHasher _hasher = new();

    private PartialFile(ContentFile file, string path, SafeFileHandle handle, PieceJournal journal)
    {
        File = file;
        Path = path;
        Handle = handle;
        _journal = journal;
    }

    public ContentFile File { get; }

    public string Path { get; }

    /// <summary>Readable up to <see cref="Length"/> by anyone, also while this writes. Whoever reads outlives this at will: it is not closed here.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Bytes written and hashed.</summary>
    public long Length => _hasher.Length;

    /// <summary>Opens or makes the partial file and verifies what an earlier process left.</summary>
    public static async Task<PartialFile> OpenAsync(string folder, ContentFile file, CancellationToken cancellationToken)
    {
        var path = System.IO.Path.Combine(folder, file.Sha1 + StoreLayout.PartialExtension);
        SafeFileHandle? handle = null;
        PieceJournal? journal = null;
        PartialFile? partial = null;
        try
        {
            handle = System.IO.File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
            journal = new PieceJournal(path + StoreLayout.JournalExtension);
            partial = new PartialFile(file, path, handle, journal);
            await partial.ResumeAsync(cancellationToken);
            return partial;
        }
        catch (Exception e)
        {
            partial?._hasher.Dispose();
            journal?.Dispose();
            handle?.Dispose();
            if (e is IOException or UnauthorizedAccessException) throw CannotWrite(path, e);
            throw;
        }
    }

    /// <summary>Appends bytes; when it fails, <see cref="Length"/> says how far it came.</summary>
    /// <exception cref="UnavailableException">The disk is full or fails.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // Hashed while they are written, on a copy: it counts only once they stand there.
        var next = _hasher.Clone();
        try
        {
            var writing = RandomAccess.WriteAsync(Handle, bytes, Length, cancellationToken);
            var sha1 = Task.Run(() => next.AppendSha1(bytes.Span), CancellationToken.None);
            var pieces = HashSha256(next, bytes.Span);
            await sha1;
            await writing;
            foreach (var (piece, digest) in pieces) _journal.Write(piece, digest);
        }
        catch (Exception e)
        {
            next.Dispose();
            if (e is IOException) throw CannotWrite(Path, e);
            throw;
        }

        _hasher.Dispose();
        _hasher = next;
    }

    /// <summary>Forgets all bytes.</summary>
    public void Restart()
    {
        _hasher.Dispose();
        _hasher = new ContentHasher();
        try
        {
            _journal.Truncate(0);
            RandomAccess.SetLength(Handle, 0);
        }
        catch (IOException e)
        {
            throw CannotWrite(Path, e);
        }
    }

    /// <summary>Returns when the bytes are the file, and are on the disk.</summary>
    /// <exception cref="IntegrityException">They are not.</exception>
    /// <exception cref="UnavailableException">The disk fails.</exception>
    public StoredFile Seal(string origin)
    {
        ContentVerifier.Verify(File, _hasher, origin);
        try
        {
            RandomAccess.FlushToDisk(Handle);
        }
        catch (IOException e)
        {
            throw CannotWrite(Path, e);
        }

        var (sha1, sha256) = _hasher.Current();
        return new StoredFile(sha1, sha256, Length);
    }

    /// <summary>Takes the journal away, once the file has its final name or is given up.</summary>
    public void DeleteJournal()
    {
        _journal.Dispose();
        System.IO.File.Delete(_journal.Path);
    }

    /// <summary>Stops writing; what is there stays for the next attempt. <see cref="Handle"/> stays open.</summary>
    public void Dispose()
    {
        _hasher.Dispose();
        _journal.Dispose();
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var available = RandomAccess.GetLength(Handle);
        var piece = new byte[PieceJournal.PieceLength];
        long good = 0;
        for (; good < _journal.Pieces && (good + 1) * piece.Length <= Math.Min(available, File.Size); good++)
        {
            if (!await ReadPieceAsync(piece, good * piece.Length, cancellationToken)) break;
            var next = _hasher.Clone();
            next.Append(piece);
            if (next.CurrentSha256() != _journal.Read(good))
            {
                next.Dispose();
                break;
            }

            _hasher.Dispose();
            _hasher = next;
        }

        _journal.Truncate(good);
        RandomAccess.SetLength(Handle, Length);
    }

    private async Task<bool> ReadPieceAsync(Memory<byte> piece, long offset, CancellationToken cancellationToken)
    {
        while (piece.Length > 0)
        {
            var read = await RandomAccess.ReadAsync(Handle, piece, offset, cancellationToken);
            if (read == 0) return false;
            piece = piece[read..];
            offset += read;
        }

        return true;
    }

    /// <summary>Answers the pieces that became whole.</summary>
    private static List<(long Piece, Sha256Digest Digest)> HashSha256(ContentHasher hasher, ReadOnlySpan<byte> bytes)
    {
        var pieces = new List<(long, Sha256Digest)>();
        while (!bytes.IsEmpty)
        {
            var room = PieceJournal.PieceLength - (int)(hasher.Length % PieceJournal.PieceLength);
            var part = bytes[..Math.Min(room, bytes.Length)];
            hasher.AppendSha256(part);
            if (part.Length == room) pieces.Add((hasher.Length / PieceJournal.PieceLength - 1, hasher.CurrentSha256()));
            bytes = bytes[part.Length..];
        }

        return pieces;
    }

    private static StorageException CannotWrite(string path, Exception e) =>
        new($"Content cannot be written to {path}: {e.Message} Free space there or mend the disk; the transfer goes on from what is verified.", e);
}
