using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>Updates that are approved for anything, by what they need or bring: found once for many checks against one view, each of which would otherwise look at the whole catalog.</summary>
public sealed class ApprovedDependents
{
    private readonly Dictionary<Guid, List<UpdateEntry>> _byDependency = [];

    private ApprovedDependents()
    {
    }

    /// <summary>Of a view.</summary>
    public static ApprovedDependents Of(ServedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var dependents = new ApprovedDependents();
        foreach (var update in view.Updates.Values)
        {
            if (update.Approvals.Count == 0 || update.IsDeclined || update.Latest is not { } latest) continue;
            foreach (var clause in latest.Prerequisites)
                if (!clause.IsCategory)
                    foreach (var id in clause.AnyOf)
                        dependents.Add(id, update);
            foreach (var group in latest.BundledUpdates)
                foreach (var child in group.AnyOf)
                    dependents.Add(child.UpdateId, update);
        }

        return dependents;
    }

    /// <summary>Those that need or bring the update.</summary>
    public IReadOnlyList<UpdateEntry> On(Guid updateId) => _byDependency.GetValueOrDefault(updateId) ?? (IReadOnlyList<UpdateEntry>)[];

    private void Add(Guid dependency, UpdateEntry dependent)
    {
        if (!_byDependency.TryGetValue(dependency, out var list)) _byDependency[dependency] = list = [];
        if (list.Count == 0 || !ReferenceEquals(list[^1], dependent)) list.Add(dependent);
    }
}
