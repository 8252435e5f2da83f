using System.Text;

namespace Hierarchy.Domain.Catalog;

/// <summary>A file of the catalog and where its publisher keeps it.</summary>
/// <param name="Name">The file's own name; never a path.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha1">20 bytes.</param>
/// <param name="Sha256">32 bytes, or empty where the document gives none.</param>
/// <param name="MicrosoftUpdateUrl">Where Microsoft Update serves it; null where the upstream named none.</param>
public sealed record CatalogFile(string Name, long Size, ReadOnlyMemory<byte> Sha1, ReadOnlyMemory<byte> Sha256, string? MicrosoftUpdateUrl)
{
    /// <summary>Where Microsoft Update serves it; null where the upstream named none. Made anew at each look.</summary>
    public string? MicrosoftUpdateUrl => Url is null ? null : Encoding.UTF8.GetString(Url);

    // A server holds one for each file of the catalog, and reads few of them: as UTF-8 they take half the memory.
    private byte[]? Url { get; init; } = MicrosoftUpdateUrl is null ? null : Encoding.UTF8.GetBytes(MicrosoftUpdateUrl);

    /// <summary>With the URL as UTF-8; empty where the upstream named none.</summary>
    public static CatalogFile FromUtf8(string name, long size, ReadOnlyMemory<byte> sha1, ReadOnlyMemory<byte> sha256, ReadOnlySpan<byte> microsoftUpdateUrl) =>
        new(name, size, sha1, sha256, MicrosoftUpdateUrl: null) { Url = microsoftUpdateUrl.IsEmpty ? null : microsoftUpdateUrl.ToArray() };

    /// <summary>Languages of the product that the file is for, lower case; empty when it is for all.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>True when it holds patches of which a client takes ranges: a client without express installation does without it.</summary>
    public bool IsExpress { get; init; }
}
