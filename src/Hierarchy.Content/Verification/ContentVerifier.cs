using Hierarchy.Domain;

namespace Hierarchy.Content.Verification;

/// <summary>Decides whether bytes are the file that the catalog means: length, SHA-1, and SHA-256 where the document gives it. No I/O.</summary>
internal static class ContentVerifier
{
    /// <summary>Returns when the bytes that were hashed are the file.</summary>
    /// <exception cref="IntegrityException">They are not; the message says in what.</exception>
    public static void Verify(ContentFile file, ContentHasher hasher, string origin)
    {
        var (sha1, sha256) = hasher.Current();
        string? difference = null;
        if (hasher.Length != file.Size)
            difference = $"{hasher.Length} bytes instead of {file.Size}";
        else if (file.Sha256 is { } expected && expected != sha256)
            difference = $"SHA-256 {sha256} instead of {expected}";
        else if (file.Sha1 != sha1)
            difference = $"SHA-1 {sha1} instead of {file.Sha1}";

        if (difference is not null)
            throw new IntegrityException($"Content {file} from {origin} is wrong: {difference}. Nothing of it was stored. Check that server's store, and what stands between.");
    }
}
