using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>Updates that rules have not looked at yet: those whose first revision came behind a place of the catalog's log. A new revision of one that was there is none of them.</summary>
public static class NewUpdates
{
    /// <summary>In the order in which they came.</summary>
    /// <param name="view">The view.</param>
    /// <param name="since">Behind this sequence.</param>
    /// <param name="upTo">And not behind this one.</param>
    public static IReadOnlyList<(UpdateEntry Update, long First)> Of(ServedView view, long since, long upTo)
    {
        ArgumentNullException.ThrowIfNull(view);
        var found = new List<(UpdateEntry Update, long First)>();
        foreach (var update in view.Updates.Values)
            if (FirstOf(update) is { } first && first > since && first <= upTo)
                found.Add((update, first));
        found.Sort(static (left, right) => left.First.CompareTo(right.First));
        return found;
    }

    /// <summary>True when something that the latest revision brings is not there: its licences are not known yet.</summary>
    public static bool IsIncomplete(ServedView view, UpdateEntry update)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(update);
        foreach (var group in update.Latest?.BundledUpdates ?? [])
            foreach (var child in group.AnyOf)
                if (view.Find(child) is null)
                    return true;
        return false;
    }

    // Revisions are ascending by number, and an older one may have come later.
    private static long? FirstOf(UpdateEntry update)
    {
        long? first = null;
        foreach (var revision in update.Revisions)
            if (first is null || revision.Sequence < first)
                first = revision.Sequence;
        return first;
    }
}
