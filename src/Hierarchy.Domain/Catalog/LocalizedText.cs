namespace Hierarchy.Domain.Catalog;

/// <summary>What an update says of itself in one language.</summary>
/// <param name="Language">The document's own tag, e.g. `en`, `pt-br`, `zh-tw`.</param>
/// <param name="Title">The title.</param>
/// <param name="Description">The description; empty when there is none.</param>
public sealed record LocalizedText(string Language, string Title, string Description);
