using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Synchronization;

namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>One rule, ready to look at many updates: what it says of a category is found once.</summary>
internal sealed class RuleMatcher(ApprovalRule rule, CategoryTree categories)
{
    private readonly HashSet<Guid> _classifications = [.. rule.Classifications];
    private readonly HashSet<Guid> _products = [.. rule.Products];
    private readonly Dictionary<Guid, bool> _within = [];

    public ApprovalRule Rule => rule;

    public bool Matches(CatalogEntry entry) =>
        entry.Type is UpdateType.Software or UpdateType.Driver && entry.IsExplicitlyDeployable
        && (_classifications.Count == 0 || entry.Categories.Any(_classifications.Contains))
        && (_products.Count == 0 || entry.Categories.Any(IsWithin))
        && TitlePattern.Matches(rule.Title, entry.Title);

    private bool IsWithin(Guid category)
    {
        if (_within.TryGetValue(category, out var known)) return known;
        return _within[category] = categories.IsWithin(category, _products);
    }
}
