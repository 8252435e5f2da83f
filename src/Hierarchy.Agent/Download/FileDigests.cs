using System.Security.Cryptography;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.Download;

/// <summary>SHA-1 and SHA-256 of one pass.</summary>
internal sealed class FileDigests : IDisposable
{
#pragma warning disable CA5350 // SHA-1 is the name of a file on Microsoft's wire; where the document has a SHA-256, that one decides too.
    private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    internal long Length { get; private set; }

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        _sha1.AppendData(bytes);
        _sha256.AppendData(bytes);
        Length += bytes.Length;
    }

    /// <summary>Whether what was appended is the file that the document describes.</summary>
    internal bool Matches(UpdateFile file)
        => Length == file.Size
            && _sha1.GetCurrentHash().AsSpan().SequenceEqual(file.Sha1)
            && (file.Sha256.Length == 0 || _sha256.GetCurrentHash().AsSpan().SequenceEqual(file.Sha256));

    /// <summary>Forgets what was appended.</summary>
    internal void Reset()
    {
        _sha1.GetHashAndReset();
        _sha256.GetHashAndReset();
        Length = 0;
    }

    public void Dispose()
    {
        _sha1.Dispose();
        _sha256.Dispose();
    }
}
