using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The keys of the encrypted files of one revision, as GetUpdateDecryptionData gives them.</summary>
/// <param name="Id">The revision.</param>
/// <param name="Keys">One for each encrypted file; none when no file of it is encrypted.</param>
public sealed record UpstreamDecryptionKeys(RevisionId Id, IReadOnlyList<FileDecryptionKey> Keys)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Keys.Count} keys of {Id}";
}
