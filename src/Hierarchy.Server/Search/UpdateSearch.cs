using System.Collections.Immutable;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.Search;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Server.Search;

/// <summary>Finds updates of a view, in an order, a page at a time. Every update is looked at, since all that fit are counted; the orders are kept from one search to the next.</summary>
internal sealed class UpdateSearch(StatusBook statuses)
{
    private static readonly UpdateState[] Needed = [UpdateState.NotInstalled, UpdateState.Downloaded];
    private volatile UpdateIndex? _index;
    private volatile Order? _byNeed;

    /// <summary>A page of what fits.</summary>
    /// <param name="view">What is searched.</param>
    /// <param name="query">What is looked for.</param>
    /// <param name="states">Some computer reports one of these; none for whatever they report.</param>
    /// <param name="order">The order.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="size">Updates of a page.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<Page> FindAsync(ServedView view, UpdateQuery query, IReadOnlyList<UpdateState> states, UpdateOrder order, PagePlace? after, int size, CancellationToken cancellationToken)
    {
        var index = IndexOf(view);
        var counts = states.Count == 0 && order != UpdateOrder.Needed
            ? null
            : await statuses.ReadAsync(() => [.. view.Updates.Values.Select(update => update.UpdateId)], cancellationToken);
        var fits = query.On(view);
        if (states.Count > 0 && query.On(view) is var first) fits = indexed => counts!.TryGetValue(indexed.Update.UpdateId, out var known) && Sum(known, states) > 0 && first(indexed); // They were read for this.
        var updates = order switch
        {
            UpdateOrder.Arrival => index.ByArrival,
            UpdateOrder.Needed => ByNeed(index, counts!), // They were read for this.
            _ => index.ByTitle,
        };
        var start = after is null ? 0 : StartBehind(updates, after, update => NeedOf(counts, update));
        var (found, total, isMore) = (new List<IndexedUpdate>(Math.Min(size, updates.Length)), 0, false);
        for (var i = 0; i < updates.Length; i++)
        {
            if (!fits(updates[i])) continue;
            total++;
            if (i < start) continue;
            if (found.Count < size) found.Add(updates[i]);
            else isMore = true;
        }

        return new Page([.. found.Select(indexed => indexed.Update)], total, isMore ? PagePlace.Of(order, found[^1], NeedOf(counts, found[^1])) : null);
    }

    /// <summary>Updates that fit: one page, how many there are on all, and where the next begins; null at the end.</summary>
    internal sealed record Page(IReadOnlyList<UpdateEntry> Updates, int Total, PagePlace? Next);

    // Two searches at a time may both make it: the same comes out.
    private UpdateIndex IndexOf(ServedView view) => _index = _index?.Next(view) ?? UpdateIndex.Of(view);

    // Those that somebody needs first, the most needed before the others; then all others, by title. Kept as long as neither the updates nor the counts change.
    private ImmutableArray<IndexedUpdate> ByNeed(UpdateIndex index, Dictionary<Guid, int[]> counts)
    {
        if (_byNeed is { } kept && ReferenceEquals(kept.Index, index) && ReferenceEquals(kept.Counts, counts)) return kept.Updates;
        var (needed, others) = (new List<(int Count, int Place)>(), ImmutableArray.CreateBuilder<IndexedUpdate>(index.ByTitle.Length));
        for (var i = 0; i < index.ByTitle.Length; i++)
            if (NeedOf(counts, index.ByTitle[i]) is > 0 and var count) needed.Add((count, i));
            else others.Add(index.ByTitle[i]);
        needed.Sort(static (one, other) => other.Count.CompareTo(one.Count) is var order and not 0 ? order : one.Place.CompareTo(other.Place));
        ImmutableArray<IndexedUpdate> all = [.. needed.Select(each => index.ByTitle[each.Place]), .. others];
        _byNeed = new Order(index, counts, all);
        return all;
    }

    private static int StartBehind(ImmutableArray<IndexedUpdate> updates, PagePlace place, Func<IndexedUpdate, int> needOf)
    {
        var (low, high) = (0, updates.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Compare(place, updates[middle], needOf) >= 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static int Compare(PagePlace place, in IndexedUpdate update, Func<IndexedUpdate, int> needOf)
    {
        if (place.Order == UpdateOrder.Arrival) return UpdateIndex.CompareArrivals(new DateTimeOffset(place.Rank, TimeSpan.Zero), place.UpdateId, UpdateIndex.ArrivalOf(update), update.Update.UpdateId);
        if (place.Order == UpdateOrder.Needed && needOf(update).CompareTo((int)Math.Min(place.Rank, int.MaxValue)) is var order and not 0) return order;
        return UpdateIndex.CompareTitles(place.Title, place.UpdateId, update.Latest.Title, update.Update.UpdateId);
    }

    private static int NeedOf(Dictionary<Guid, int[]>? counts, in IndexedUpdate update) => counts is not null && counts.TryGetValue(update.Update.UpdateId, out var known) ? Sum(known, Needed) : 0;

    private static int Sum(int[] counts, IReadOnlyList<UpdateState> states)
    {
        var sum = 0;
        for (var i = 0; i < states.Count; i++) sum += counts[(int)states[i]];
        return sum;
    }

    private sealed record Order(UpdateIndex Index, Dictionary<Guid, int[]> Counts, ImmutableArray<IndexedUpdate> Updates);
}
