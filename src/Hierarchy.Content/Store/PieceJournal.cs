using Hierarchy.Content.Verification;
using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Content.Store;

/// <summary>
/// Beside a partial file: after every whole piece, the SHA-256 of all bytes up to there. On resumption the partial file is
/// hashed again and is good as far as it agrees.
/// </summary>
/// <remarks>
/// Nothing is flushed here. A killed process loses no write; a lost write cache can lose the journal's end, the file's end, or
/// leave zeros in either, and all three show as a hash that differs: the pieces before it stay good.
/// </remarks>
internal sealed class PieceJournal : IDisposable
{
    /// <summary>A resumed transfer fetches less than one piece again.</summary>
    public const int PieceLength = 1 << 20;

    private readonly SafeFileHandle _handle;

    public PieceJournal(string path)
    {
        Path = path;
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        Pieces = RandomAccess.GetLength(_handle) / Sha256Digest.Length;
    }

    public string Path { get; }

    /// <summary>Pieces journalled.</summary>
    public long Pieces { get; private set; }

    public Sha256Digest Read(long piece)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Length];
        digest.Clear();
        RandomAccess.Read(_handle, digest, piece * Sha256Digest.Length);
        return new Sha256Digest(digest);
    }

    /// <summary>Writes at the piece's own place: an entry that once could not be written is a hole that ends the next resumption, and shifts none after it.</summary>
    public void Write(long piece, Sha256Digest digest)
    {
        RandomAccess.Write(_handle, digest.ToArray(), piece * Sha256Digest.Length);
        Pieces = Math.Max(Pieces, piece + 1);
    }

    public void Truncate(long pieces)
    {
        RandomAccess.SetLength(_handle, pieces * Sha256Digest.Length);
        Pieces = pieces;
    }

    public void Dispose() => _handle.Dispose();
}
