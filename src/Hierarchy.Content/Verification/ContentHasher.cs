using Hierarchy.Domain.Catalog;
using System.Security.Cryptography;

namespace Hierarchy.Content.Verification;

/// <summary>Both digests of a file while it streams by, and the SHA-256 of what came so far. No I/O.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash _sha1;
    private readonly IncrementalHash _sha256;

    public ContentHasher() : this(IncrementalHash.CreateHash(HashAlgorithmName.SHA1), IncrementalHash.CreateHash(HashAlgorithmName.SHA256), 0) { }

    private ContentHasher(IncrementalHash sha1, IncrementalHash sha256, long length)
    {
        _sha1 = sha1;
        _sha256 = sha256;
        Length = length;
    }

    /// <summary>Bytes hashed.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        AppendSha1(bytes);
        AppendSha256(bytes);
    }

    /// <summary>Half of <see cref="Append"/>, for two threads: both get all bytes, and neither the other's half.</summary>
    public void AppendSha1(ReadOnlySpan<byte> bytes) => _sha1.AppendData(bytes);

    /// <summary>The other half. <see cref="Length"/> and <see cref="CurrentSha256"/> follow this one.</summary>
    public void AppendSha256(ReadOnlySpan<byte> bytes)
    {
        _sha256.AppendData(bytes);
        Length += bytes.Length;
    }

    /// <summary>The digests of all bytes so far; appending may go on.</summary>
    public (Sha1Digest Sha1, Sha256Digest Sha256) Current()
    {
        Span<byte> sha1 = stackalloc byte[Sha1Digest.Length];
        _sha1.GetCurrentHash(sha1);
        return (new Sha1Digest(sha1), CurrentSha256());
    }

    /// <summary>The SHA-256 of all bytes so far; appending may go on.</summary>
    public Sha256Digest CurrentSha256()
    {
        Span<byte> sha256 = stackalloc byte[Sha256Digest.Length];
        _sha256.GetCurrentHash(sha256);
        return new Sha256Digest(sha256);
    }

    public ContentHasher Clone() => new(_sha1.Clone(), _sha256.Clone(), Length);

    public void Dispose()
    {
        _sha1.Dispose();
        _sha256.Dispose();
    }
}
