namespace Hierarchy.Domain.View;

/// <summary>
/// Which updates replace which. Only the latest revision of a live update replaces anything: one that was declined, or that its publisher withdrew, would leave computers with nothing. What
/// documents name and the catalog does not hold counts for nothing. Immutable; made once for a state of the catalog.
/// </summary>
public sealed class Supersedence
{
    private readonly LayeredDictionary<Guid, UpdateEntry> _updates;
    private readonly Dictionary<Guid, int> _slots; // Of the updates that are superseded, in the order in which they were met.
    private readonly Range[] _ranges; // By slot: where those stand that supersede it.
    private readonly Guid[] _superseders;
    private readonly HashSet<Guid> _supersedes;

    private Supersedence(LayeredDictionary<Guid, UpdateEntry> updates, Dictionary<Guid, int> slots, Range[] ranges, Guid[] superseders, HashSet<Guid> supersedes)
    {
        _updates = updates;
        _slots = slots;
        _ranges = ranges;
        _superseders = superseders;
        _supersedes = supersedes;
    }

    /// <summary>Updates that a live one replaces, in no order.</summary>
    public IReadOnlyCollection<Guid> Superseded => _slots.Keys;

    /// <summary>Of these updates. One look at each of them, and at each that they name.</summary>
    public static Supersedence Of(LayeredDictionary<Guid, UpdateEntry> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var slots = new Dictionary<Guid, int>(updates.Count / 2);
        var counts = new List<int>();
        var links = new List<(int Slot, Guid By)>();
        var supersedes = new HashSet<Guid>();
        foreach (var update in updates.Values)
        {
            if (!update.IsLive) continue;
            var before = links.Count;
            foreach (var superseded in update.Latest!.SupersededUpdates) // Live updates have a revision.
            {
                // One that names itself replaces nothing.
                if (superseded == update.UpdateId) continue;
                if (!slots.TryGetValue(superseded, out var slot))
                {
                    if (!updates.TryGetValue(superseded, out var other) || other.Latest is null) continue;
                    slots[superseded] = slot = counts.Count;
                    counts.Add(0);
                }

                links.Add((slot, update.UpdateId));
                counts[slot]++;
            }

            if (links.Count > before) supersedes.Add(update.UpdateId);
        }

        return new Supersedence(updates, slots, Arrange(counts, links, out var superseders), superseders, supersedes);
    }

    /// <summary>How that update stands; none for one that is not there.</summary>
    public SupersedenceState StateOf(Guid updateId) => (_supersedes.Contains(updateId), _slots.ContainsKey(updateId)) switch
    {
        (true, true) => SupersedenceState.Both,
        (true, false) => SupersedenceState.Supersedes,
        (false, true) => SupersedenceState.Superseded,
        _ => SupersedenceState.None,
    };

    /// <summary>How that update stands.</summary>
    public SupersedenceState StateOf(UpdateEntry update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return StateOf(update.UpdateId);
    }

    /// <summary>Live updates that name it as replaced, by id.</summary>
    public IReadOnlyList<Guid> SupersededBy(Guid updateId)
    {
        if (!_slots.TryGetValue(updateId, out var slot)) return [];
        Guid[] superseders = _superseders[_ranges[slot]];
        Array.Sort(superseders);
        return superseders;
    }

    /// <summary>Updates of the catalog that it replaces, by id; none for one that is not live.</summary>
    public IReadOnlyList<Guid> Supersedes(Guid updateId) => !_supersedes.Contains(updateId) ? []
        : [.. _updates[updateId].Latest!.SupersededUpdates.Where(id => id != updateId && _updates.TryGetValue(id, out var other) && other.Latest is not null).Distinct().Order()]; // Those that supersede have a revision.

    /// <summary>All live updates that replace it, directly or by what replaces those, nearest first. Documents may name each other in a circle: each comes once, and never itself.</summary>
    public IReadOnlyList<Guid> ChainOf(Guid updateId)
    {
        var chain = new List<Guid>();
        var seen = new HashSet<Guid> { updateId };
        for (var (open, next) = (SupersededBy(updateId), -1); ; open = SupersededBy(chain[next]))
        {
            foreach (var by in open)
                if (seen.Add(by))
                    chain.Add(by);
            if (++next >= chain.Count) return chain;
        }
    }

    /// <summary>Where the chains of that update end: what finally replaces it, by id. In a circle nothing does.</summary>
    public IReadOnlyList<Guid> EndsOf(Guid updateId) => [.. ChainOf(updateId).Where(id => !_slots.ContainsKey(id)).Order()];

    /// <summary>Puts those together that supersede the same one.</summary>
    private static Range[] Arrange(List<int> counts, List<(int Slot, Guid By)> links, out Guid[] superseders)
    {
        var (starts, ends, at) = (new int[counts.Count], new int[counts.Count], 0);
        for (var slot = 0; slot < counts.Count; slot++)
        {
            starts[slot] = ends[slot] = at;
            at += counts[slot];
        }

        superseders = new Guid[links.Count];
        foreach (var (slot, by) in links)
            // A document may name one twice; links of one document stand together.
            if (ends[slot] == starts[slot] || superseders[ends[slot] - 1] != by)
                superseders[ends[slot]++] = by;
        return [.. starts.Zip(ends, (start, end) => start..end)];
    }
}
