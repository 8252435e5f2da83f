using Hierarchy.Domain.Catalog;
using Hierarchy.Content.Verification;

namespace Hierarchy.Content.Store;

/// <summary>A file that was verified and stands under its final name.</summary>
/// <param name="Sha1">Its name on the wire.</param>
/// <param name="Sha256">Its name in the store.</param>
/// <param name="Size">Length in bytes.</param>
public sealed record StoredFile(Sha1Digest Sha1, Sha256Digest Sha256, long Size)
{
    /// <summary>As the catalog would describe it, for a file that no update names any more.</summary>
    public ContentFile ToContentFile() => new() { Sha1 = Sha1, Sha256 = Sha256, Size = Size };
}
