using Hierarchy.Content.Verification;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Content;

/// <summary>A file as the catalog describes it: what its bytes must be, and where its publisher keeps it.</summary>
public sealed record ContentFile
{
    /// <summary>Its name on Microsoft's wire.</summary>
    public required Sha1Digest Sha1 { get; init; }

    /// <summary>Its name in our stores; null where the document gives none: then length and SHA-1 decide.</summary>
    public Sha256Digest? Sha256 { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The file's own name, for its extension and for people. Never used as a path.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where Microsoft Update serves it; null or empty where the upstream named none.</summary>
    public string? MicrosoftUpdateUrl { get; init; }

    /// <summary>When its publisher changed it last; null when unknown.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>From the bytes of a catalog record.</summary>
    /// <param name="sha1">20 bytes.</param>
    /// <param name="sha256">32 bytes, or empty for none.</param>
    /// <param name="size">Length in bytes.</param>
    /// <param name="name">The file's own name.</param>
    /// <param name="microsoftUpdateUrl">Null or empty for none.</param>
    /// <exception cref="ArgumentException">A digest has another length.</exception>
    public static ContentFile Create(ReadOnlySpan<byte> sha1, ReadOnlySpan<byte> sha256, long size, string name, string? microsoftUpdateUrl) => new()
    {
        Sha1 = new Sha1Digest(sha1),
        Sha256 = sha256.IsEmpty ? null : new Sha256Digest(sha256),
        Size = size,
        Name = name,
        MicrosoftUpdateUrl = microsoftUpdateUrl,
    };

    /// <summary>From the catalog's own record of it.</summary>
    /// <exception cref="ArgumentException">A digest has another length.</exception>
    public static ContentFile From(CatalogFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Create(file.Sha1.Span, file.Sha256.Span, file.Size, file.Name, file.MicrosoftUpdateUrl);
    }

    /// <summary>`name (SHA-1)`, as messages print it.</summary>
    public override string ToString() => Name.Length == 0 ? Sha1.ToString() : $"{Name} ({Sha1})";
}
