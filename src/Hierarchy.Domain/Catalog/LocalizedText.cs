namespace Hierarchy.Domain.Catalog;

/// <summary>What an update says of itself in one language.</summary>
/// <param name="Language">The document's own tag, e.g. `en`, `pt-br`, `zh-tw`.</param>
/// <param name="Title">The title.</param>
/// <param name="Description">The description; empty when there is none.</param>
public sealed record LocalizedText(string Language, string Title, string Description)
{
    /// <summary>How to uninstall it; null when the document does not say.</summary>
    public string? UninstallNotes { get; init; }

    /// <summary>Where more is said; null when the document does not say.</summary>
    public string? MoreInfoUrl { get; init; }

    /// <summary>Where help is found; null when the document does not say.</summary>
    public string? SupportUrl { get; init; }
}
