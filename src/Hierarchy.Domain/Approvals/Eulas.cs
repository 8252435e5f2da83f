using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>Licences: those of an update, and of what it brings.</summary>
public static class Eulas
{
    /// <summary>The revision and everything that it bundles, to any depth, as far as each has a licence; each once.</summary>
    public static IEnumerable<CatalogEntry> LicensedOf(ServedView view, CatalogEntry entry) => LicensedOf(view.Find, entry);

    /// <summary>Licences that have to be accepted before it may be installed, ascending.</summary>
    public static IReadOnlyList<Guid> NotAccepted(ServedView view, CatalogEntry entry) =>
        [.. LicensedOf(view, entry).Select(licensed => licensed.EulaId!.Value).Where(id => !view.AcceptedEulas.Contains(id)).Distinct().Order()]; // Licensed ones have an id.

    internal static IEnumerable<CatalogEntry> LicensedOf(Func<RevisionId, CatalogEntry?> find, CatalogEntry entry) =>
        entry.BundledUpdates.Count == 0 ? entry.EulaId is null ? [] : [entry] : BroughtBy(find, entry).Where(each => each.EulaId is not null);

    /// <summary>The revision and everything that it bundles, to any depth; each once.</summary>
    internal static IEnumerable<CatalogEntry> BroughtBy(Func<RevisionId, CatalogEntry?> find, CatalogEntry entry) => entry.BundledUpdates.Count == 0 ? [entry] : Brought(find, entry).Prepend(entry);

    private static IEnumerable<CatalogEntry> Brought(Func<RevisionId, CatalogEntry?> find, CatalogEntry entry)
    {
        var seen = new HashSet<RevisionId> { entry.Id };
        var open = new Stack<CatalogEntry>([entry]);
        while (open.TryPop(out var parent))
            foreach (var group in parent.BundledUpdates)
                foreach (var child in group.AnyOf)
                {
                    if (!seen.Add(child) || find(child) is not { } found) continue;
                    yield return found;
                    if (found.BundledUpdates.Count > 0) open.Push(found);
                }
    }
}
