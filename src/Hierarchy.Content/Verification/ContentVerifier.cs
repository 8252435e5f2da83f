using Hierarchy.Domain;

namespace Hierarchy.Content.Verification;

/// <summary>Decides whether bytes are the file that the catalog means: length, SHA-1, and SHA-256 where the document gives it. No I/O.</summary>
internal static class ContentVerifier
{
    /// <summary>Returns when the bytes that were hashed are the file.</summary>
    /// <exception cref="IntegrityException">They are not; the message says in what.</exception>
    public static void Verify(ContentFile file, ContentHasher hasher, string origin)
    {
        if (Difference(file, hasher) is { } difference)
            throw new IntegrityException($"Content {file} from {origin} is wrong: {difference}. Nothing of it was stored. Check that server's store, and what stands between.");
    }

    /// <summary>In what the bytes that were hashed are not the file; null when they are.</summary>
    public static string? Difference(ContentFile file, ContentHasher hasher)
    {
        var (sha1, sha256) = hasher.Current();
        if (hasher.Length != file.Size) return $"{hasher.Length} bytes instead of {file.Size}";
        if (file.Sha256 is { } expected && expected != sha256) return $"SHA-256 {sha256} instead of {expected}";
        return file.Sha1 == sha1 ? null : $"SHA-1 {sha1} instead of {file.Sha1}";
    }
}
