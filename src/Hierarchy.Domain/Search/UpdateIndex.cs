using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Search;

/// <summary>
/// The updates of a view in the orders that lists are asked for. Immutable; the next one is made from the last one and what changed, because putting a whole catalog in order takes longer than a
/// search may.
/// </summary>
public sealed class UpdateIndex
{
    private UpdateIndex(ServedView view, ImmutableArray<IndexedUpdate> byTitle, ImmutableArray<IndexedUpdate> byArrival) => (View, ByTitle, ByArrival) = (view, byTitle, byArrival);

    /// <summary>What it is of.</summary>
    public ServedView View { get; }

    /// <summary>Updates with a revision, by title, whatever the letter case, then by id.</summary>
    public ImmutableArray<IndexedUpdate> ByTitle { get; }

    /// <summary>The same, the latest arrival first, then by id.</summary>
    public ImmutableArray<IndexedUpdate> ByArrival { get; }

    /// <summary>Order of titles.</summary>
    public static int CompareTitles(string oneTitle, Guid one, string otherTitle, Guid other) =>
        string.Compare(oneTitle, otherTitle, StringComparison.OrdinalIgnoreCase) is var order and not 0 ? order : one.CompareTo(other);

    /// <summary>Order of arrivals: the newer stands first.</summary>
    public static int CompareArrivals(DateTimeOffset oneArrival, Guid one, DateTimeOffset otherArrival, Guid other) =>
        otherArrival.CompareTo(oneArrival) is var order and not 0 ? order : one.CompareTo(other);

    /// <summary>When the root took its latest revision; the beginning of time where nobody wrote it down.</summary>
    public static DateTimeOffset ArrivalOf(in IndexedUpdate update) => update.Latest.ArrivedAt ?? DateTimeOffset.MinValue;

    /// <summary>From a whole view.</summary>
    public static UpdateIndex Of(ServedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var byTitle = view.Updates.Values.Where(update => update.Latest is not null).Select(update => new IndexedUpdate(update, update.Latest!)).ToArray(); // The filter says so.
        var byArrival = (IndexedUpdate[])byTitle.Clone();
        Array.Sort(byTitle, ByTitles);
        Array.Sort(byArrival, ByArrivals);
        return new UpdateIndex(view, ImmutableCollectionsMarshal.AsImmutableArray(byTitle), ImmutableCollectionsMarshal.AsImmutableArray(byArrival));
    }

    /// <summary>Of a later view; itself when that is the same.</summary>
    public UpdateIndex Next(ServedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (ReferenceEquals(view, View)) return this;
        if (!ComesFrom(view)) return Of(view);
        var (gone, come) = (new List<IndexedUpdate>(), new List<IndexedUpdate>());
        foreach (var update in view.ChangedSince(View.Head.Position.Sequence, View.Overlay?.Position.Sequence ?? 0))
        {
            if (View.Updates.GetValueOrDefault(update.UpdateId) is { Latest: { } was } before) gone.Add(new IndexedUpdate(before, was));
            if (update.Latest is { } latest) come.Add(new IndexedUpdate(update, latest));
        }

        return new UpdateIndex(view, Patch(ByTitle, gone, come, ByTitles), Patch(ByArrival, gone, come, ByArrivals));
    }

    // Only where the view tells every update that was touched since: not after a log was read anew, or another decides.
    private bool ComesFrom(ServedView view)
    {
        var (was, now) = (View.Head.Position, view.Head.Position);
        if (was.Log != now.Log || was.Sequence > now.Sequence || !view.Recent.Covers(was.Sequence)) return false;
        if (View.Overlay is not { } overlay) return view.Overlay is null;
        return view.Overlay is { } newer && newer.Position.Log == overlay.Position.Log && newer.Position.Sequence >= overlay.Position.Sequence && view.RecentlyDecided.Covers(overlay.Position.Sequence);
    }

    /// <summary>Leaves some out and puts others in: their places are searched, and what lies between is copied.</summary>
    private static ImmutableArray<IndexedUpdate> Patch(ImmutableArray<IndexedUpdate> before, List<IndexedUpdate> gone, List<IndexedUpdate> come, Comparison<IndexedUpdate> compare)
    {
        if (gone.Count == 0 && come.Count == 0) return before;
        var order = Comparer<IndexedUpdate>.Create(compare);
        int[] leaving = [.. gone.Select(update => before.BinarySearch(update, order)).Where(place => place >= 0).Order()];
        IndexedUpdate[] coming = [.. come.Order(order)];
        var after = new IndexedUpdate[before.Length - leaving.Length + coming.Length];
        var (from, to, left, put) = (0, 0, 0, 0);
        while (true)
        {
            var nextOut = left < leaving.Length ? leaving[left] : before.Length;
            var nextIn = put < coming.Length ? PlaceOf(before, coming[put], order) : int.MaxValue;
            var stop = Math.Min(nextOut, nextIn);
            before.AsSpan(from, stop - from).CopyTo(after.AsSpan(to));
            to += stop - from;
            from = stop;
            if (nextIn == stop) after[to++] = coming[put++];
            else if (left < leaving.Length) (from, left) = (from + 1, left + 1);
            else return ImmutableCollectionsMarshal.AsImmutableArray(after);
        }
    }

    // The first that does not stand before it.
    private static int PlaceOf(ImmutableArray<IndexedUpdate> updates, in IndexedUpdate update, Comparer<IndexedUpdate> order)
    {
        var place = updates.BinarySearch(update, order);
        return place >= 0 ? place : ~place;
    }

    private static int ByTitles(IndexedUpdate one, IndexedUpdate other) => CompareTitles(one.Latest.Title, one.Update.UpdateId, other.Latest.Title, other.Update.UpdateId);

    private static int ByArrivals(IndexedUpdate one, IndexedUpdate other) => CompareArrivals(ArrivalOf(one), one.Update.UpdateId, ArrivalOf(other), other.Update.UpdateId);
}
