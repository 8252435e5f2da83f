using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>Licences: those of an update, and of what it brings.</summary>
public static class Eulas
{
    /// <summary>The revision and everything that it bundles, to any depth, as far as each has a licence; each once.</summary>
    public static IEnumerable<CatalogEntry> LicensedOf(ServedView view, CatalogEntry entry)
    {
        if (entry.EulaId is not null) yield return entry;
        if (entry.BundledUpdates.Count == 0) yield break;
        var seen = new HashSet<RevisionId> { entry.Id };
        var open = new Stack<CatalogEntry>([entry]);
        while (open.TryPop(out var parent))
            foreach (var child in parent.BundledUpdates.SelectMany(group => group.AnyOf))
            {
                if (!seen.Add(child) || view.Find(child) is not { } found) continue;
                if (found.EulaId is not null) yield return found;
                open.Push(found);
            }
    }

    /// <summary>Licences that have to be accepted before it may be installed, ascending.</summary>
    public static IReadOnlyList<Guid> NotAccepted(ServedView view, CatalogEntry entry) =>
        [.. LicensedOf(view, entry).Select(licensed => licensed.EulaId!.Value).Where(id => !view.AcceptedEulas.Contains(id)).Distinct().Order()]; // Licensed ones have an id.
}
