namespace Hierarchy.Domain.Catalog;

/// <summary>A file of the catalog and where its publisher keeps it.</summary>
/// <param name="Name">The file's own name; never a path.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha1">20 bytes.</param>
/// <param name="Sha256">32 bytes, or empty where the document gives none.</param>
/// <param name="MicrosoftUpdateUrl">Where Microsoft Update serves it; null where the upstream named none.</param>
public sealed record CatalogFile(string Name, long Size, ReadOnlyMemory<byte> Sha1, ReadOnlyMemory<byte> Sha256, string? MicrosoftUpdateUrl)
{
    /// <summary>Languages of the product that the file is for, lower case; empty when it is for all.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];
}
