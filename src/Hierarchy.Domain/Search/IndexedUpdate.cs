using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Search;

/// <summary>An update in an order, with its latest revision at hand: a search looks at every one.</summary>
/// <param name="Update">The update.</param>
/// <param name="Latest">Its latest revision.</param>
public readonly record struct IndexedUpdate(UpdateEntry Update, CatalogEntry Latest);
