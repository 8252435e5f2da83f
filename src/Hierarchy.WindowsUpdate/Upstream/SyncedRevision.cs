using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>A revision to store.</summary>
/// <param name="Revision">The document, understood.</param>
/// <param name="Xml">The original document, verbatim: what the upstream's UTF-16 decodes to.</param>
/// <param name="Locations">Where its files are found.</param>
public sealed record SyncedRevision(UpdateRevision Revision, string Xml, IReadOnlyList<FileLocation> Locations)
{
    /// <summary>The keys of its encrypted files: none when it has no such files, null when it has and the upstream did not give them.</summary>
    public IReadOnlyList<FileDecryptionKey>? Keys { get; init; } = [];
}
