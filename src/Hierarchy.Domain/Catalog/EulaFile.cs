namespace Hierarchy.Domain.Catalog;

/// <summary>The text of a licence in one language: a file like those of the update, found by its digest.</summary>
/// <param name="Language">The document's own tag; empty when it says none.</param>
/// <param name="Region">Three letters of ISO 3166 (GeoId); null for the rest of the world.</param>
/// <param name="File">The file.</param>
public sealed record EulaFile(string Language, string? Region, UpdateFile File);
