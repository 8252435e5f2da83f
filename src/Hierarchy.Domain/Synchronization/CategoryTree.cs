using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Synchronization;

/// <summary>What can be chosen: companies with their families and products, and classifications, as the catalog holds them.</summary>
public sealed class CategoryTree
{
    private const string Classification = "UpdateClassification";
    private static readonly string[] ProductTypes = ["Company", "ProductFamily", "Product"];
    private readonly Dictionary<Guid, Category> _all;

    private CategoryTree(Dictionary<Guid, Category> all)
    {
        _all = all;
        Products = [.. InOrder(parent: null, depth: 0)];
        Classifications = [.. all.Values.Where(category => category.Type == Classification).OrderBy(category => category.Title, StringComparer.OrdinalIgnoreCase).ThenBy(category => category.Id)];
    }

    /// <summary>No categories at all.</summary>
    public static CategoryTree None { get; } = new([]);

    /// <summary>Companies, families and products; each stands behind what it belongs to.</summary>
    public IReadOnlyList<Category> Products { get; }

    /// <summary>By title.</summary>
    public IReadOnlyList<Category> Classifications { get; }

    /// <summary>True before anything is known of what is offered.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>A category that can be chosen.</summary>
    /// <param name="Id">The update's id.</param>
    /// <param name="Title">In the document's default language.</param>
    /// <param name="Type">`Company`, `ProductFamily`, `Product` or `UpdateClassification`.</param>
    /// <param name="ParentId">What it belongs to; null for none.</param>
    public sealed record Category(Guid Id, string Title, string Type, Guid? ParentId);

    /// <summary>The categories of a view.</summary>
    public static CategoryTree Of(ServedView view)
    {
        var entries = new Dictionary<Guid, CatalogEntry>();
        foreach (var update in view.Updates.Values)
            if (update.Latest is { Type: UpdateType.Category } latest && (latest.CategoryType == Classification || ProductTypes.Contains(latest.CategoryType)))
                entries[update.UpdateId] = latest;
        return new CategoryTree(entries.Values.ToDictionary(entry => entry.Id.UpdateId, entry => new Category(entry.Id.UpdateId, entry.Title, entry.CategoryType!, ParentOf(entry, entries)))); // The type was looked at above.
    }

    /// <summary>That category; null when it is not offered.</summary>
    public Category? Find(Guid id) => _all.GetValueOrDefault(id);

    /// <summary>True when the category or anything above it is among those.</summary>
    public bool IsWithin(Guid id, IReadOnlySet<Guid> chosen)
    {
        // As many steps as there are categories at most: documents could name each other in a circle.
        for (var steps = 0; steps <= _all.Count; steps++)
        {
            if (chosen.Contains(id)) return true;
            if (_all.GetValueOrDefault(id)?.ParentId is not { } parent) return false;
            id = parent;
        }

        return false;
    }

    /// <summary>What is said of the category, or of the nearest above it of which something is said; null for nothing.</summary>
    public TValue? Nearest<TValue>(Guid id, IReadOnlyDictionary<Guid, TValue> said)
        where TValue : struct
    {
        ArgumentNullException.ThrowIfNull(said);
        for (var steps = 0; steps <= _all.Count; steps++)
        {
            if (said.TryGetValue(id, out var value)) return value;
            if (_all.GetValueOrDefault(id)?.ParentId is not { } parent) return null;
            id = parent;
        }

        return null;
    }

    private static Guid? ParentOf(CatalogEntry entry, Dictionary<Guid, CatalogEntry> all)
    {
        if (entry.CategoryType == Classification) return null;
        foreach (var id in entry.Categories)
            if (id != entry.Id.UpdateId && all.TryGetValue(id, out var parent) && parent.CategoryType != Classification)
                return id;
        return null;
    }

    private IEnumerable<Category> InOrder(Guid? parent, int depth)
    {
        if (depth > ProductTypes.Length + 1) yield break;
        foreach (var category in _all.Values.Where(category => category.Type != Classification && category.ParentId == parent)
            .OrderBy(category => category.Title, StringComparer.OrdinalIgnoreCase).ThenBy(category => category.Id))
        {
            yield return category;
            foreach (var below in InOrder(category.Id, depth + 1))
                yield return below;
        }
    }
}
