using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>Products or classifications: what is offered, with what is chosen.</summary>
/// <param name="All">Everything is taken, what is to come included.</param>
/// <param name="IsDefault">Nobody has chosen yet.</param>
/// <param name="Categories">What is offered; each stands behind what it belongs to.</param>
internal sealed record CategoryListDocument(bool All, bool IsDefault, IReadOnlyList<CategoryBody> Categories)
{
    public static CategoryListDocument From(GetSyncSelectionResponse response, SelectionPart part) => part == SelectionPart.Products
        ? new(response.Selection.AllProducts, response.IsDefault, [.. response.Products.Select(CategoryBody.From)])
        : new(response.Selection.AllClassifications, response.IsDefault, [.. response.Classifications.Select(CategoryBody.From)]);
}

/// <summary>Something that can be chosen.</summary>
internal sealed record CategoryBody(string? CategoryId, string Title, string? Type, string? ParentId, bool Chosen, bool Taken, bool Offered, int Updates)
{
    public static CategoryBody From(OfferedCategory category) => new(
        Wire.Guid(category.CategoryId), category.Title, Wire.NullIfEmpty(category.Type), Wire.Guid(category.ParentId), category.Chosen, category.Taken, category.Offered, category.Updates);
}

/// <summary>Languages: what is offered, and which files are fetched.</summary>
internal sealed record LanguageListDocument(bool All, bool IsDefault, IReadOnlyList<LanguageBody> Languages)
{
    public static LanguageListDocument From(GetSyncSelectionResponse response) => new(
        response.Selection.AllLanguages, response.IsDefault, [.. response.Languages.Select(language => new LanguageBody(language.Language, language.Title, language.Taken, language.Offered))]);
}

/// <summary>A language.</summary>
internal sealed record LanguageBody(string Language, string Title, bool Taken, bool Offered);

/// <summary>What became of a choice.</summary>
/// <param name="Changed">False when it was so before.</param>
/// <param name="Named">Titles of what the names meant.</param>
/// <param name="All">Everything is taken now.</param>
/// <param name="Chosen">What is chosen now: titles, or short names of languages.</param>
/// <param name="Position">Where the log stood after the commit.</param>
internal sealed record SelectionChangedDocument(bool Changed, IReadOnlyList<string> Named, bool All, IReadOnlyList<string> Chosen, PositionDocument? Position)
{
    public static SelectionChangedDocument From(ChangeSyncSelectionResponse response, SelectionPart part)
    {
        var selection = response.Selection;
        var (all, chosen) = part switch
        {
            SelectionPart.Products => (selection.Selection.AllProducts, selection.Products.Where(category => category.Chosen).Select(category => category.Title)),
            SelectionPart.Classifications => (selection.Selection.AllClassifications, selection.Classifications.Where(category => category.Chosen).Select(category => category.Title)),
            _ => (selection.Selection.AllLanguages, selection.Selection.Languages),
        };
        return new(response.Changed, [.. response.Named], all, all ? [] : [.. chosen], PositionDocument.From(response.Position));
    }
}
