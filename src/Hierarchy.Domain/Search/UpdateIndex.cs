using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Search;

/// <summary>
/// The updates of a view in the orders that lists are asked for. Immutable; the next one is made from the last one and what changed, because putting a whole catalog in order takes longer than a
/// search may.
/// </summary>
public sealed class UpdateIndex
{
    private UpdateIndex(ServedView view, UpdateEntry[] byTitle, UpdateEntry[] byArrival) => (View, ByTitle, ByArrival) = (view, byTitle, byArrival);

    /// <summary>What it is of.</summary>
    public ServedView View { get; }

    /// <summary>Updates with a revision, by title, whatever the letter case, then by id.</summary>
    public IReadOnlyList<UpdateEntry> ByTitle { get; }

    /// <summary>The same, the latest arrival first, then by id.</summary>
    public IReadOnlyList<UpdateEntry> ByArrival { get; }

    /// <summary>Order of titles.</summary>
    public static int CompareTitles(string oneTitle, Guid one, string otherTitle, Guid other) =>
        StringComparer.OrdinalIgnoreCase.Compare(oneTitle, otherTitle) is var order and not 0 ? order : one.CompareTo(other);

    /// <summary>Order of arrivals: the newer stands first.</summary>
    public static int CompareArrivals(DateTimeOffset oneArrival, Guid one, DateTimeOffset otherArrival, Guid other) =>
        otherArrival.CompareTo(oneArrival) is var order and not 0 ? order : one.CompareTo(other);

    /// <summary>When the root took its latest revision; the beginning of time where nobody wrote it down.</summary>
    public static DateTimeOffset ArrivalOf(UpdateEntry update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return update.Latest?.ArrivedAt ?? DateTimeOffset.MinValue;
    }

    /// <summary>From a whole view.</summary>
    public static UpdateIndex Of(ServedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        UpdateEntry[] updates = [.. view.Updates.Values.Where(update => update.Latest is not null)];
        var byArrival = (UpdateEntry[])updates.Clone();
        Array.Sort(updates, ByTitles);
        Array.Sort(byArrival, ByArrivals);
        return new UpdateIndex(view, updates, byArrival);
    }

    /// <summary>Of a later view; itself when that is the same.</summary>
    public UpdateIndex Next(ServedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (ReferenceEquals(view, View)) return this;
        if (!ComesFrom(view)) return Of(view);
        var changed = view.ChangedSince(View.Head.Position.Sequence, View.Overlay?.Position.Sequence ?? 0).ToArray();
        if (changed.Length == 0) return new UpdateIndex(view, (UpdateEntry[])ByTitle, (UpdateEntry[])ByArrival);
        var ids = changed.Select(update => update.UpdateId).ToHashSet();
        UpdateEntry[] here = [.. changed.Where(update => update.Latest is not null)];
        return new UpdateIndex(view, Merge(ByTitle, ids, here, ByTitles), Merge(ByArrival, ids, here, ByArrivals));
    }

    // Only where the view tells every update that was touched since: not after a log was read anew, or another decides.
    private bool ComesFrom(ServedView view)
    {
        var (was, now) = (View.Head.Position, view.Head.Position);
        if (was.Log != now.Log || was.Sequence > now.Sequence || !view.Recent.Covers(was.Sequence)) return false;
        if (View.Overlay is not { } overlay) return view.Overlay is null;
        return view.Overlay is { } newer && newer.Position.Log == overlay.Position.Log && newer.Position.Sequence >= overlay.Position.Sequence && view.RecentlyDecided.Covers(overlay.Position.Sequence);
    }

    private static UpdateEntry[] Merge(IReadOnlyList<UpdateEntry> before, HashSet<Guid> changed, UpdateEntry[] here, Comparison<UpdateEntry> compare)
    {
        var sorted = (UpdateEntry[])here.Clone();
        Array.Sort(sorted, compare);
        var merged = new List<UpdateEntry>(before.Count + sorted.Length);
        var next = 0;
        foreach (var update in before)
        {
            if (changed.Contains(update.UpdateId)) continue;
            while (next < sorted.Length && compare(sorted[next], update) < 0) merged.Add(sorted[next++]);
            merged.Add(update);
        }

        merged.AddRange(sorted.AsSpan(next));
        return [.. merged];
    }

    // Only updates with a revision are in order.
    private static int ByTitles(UpdateEntry one, UpdateEntry other) => CompareTitles(one.Latest!.Title, one.UpdateId, other.Latest!.Title, other.UpdateId);

    private static int ByArrivals(UpdateEntry one, UpdateEntry other) => CompareArrivals(ArrivalOf(one), one.UpdateId, ArrivalOf(other), other.UpdateId);
}
