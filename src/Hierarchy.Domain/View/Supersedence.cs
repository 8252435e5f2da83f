using System.Runtime.InteropServices;

namespace Hierarchy.Domain.View;

/// <summary>
/// Which updates replace which. Only the latest revision of a live update replaces anything: one that was declined, or that its publisher withdrew, would leave computers with nothing. What
/// documents name and the catalog does not hold counts for nothing. Immutable; made once for a state of the catalog.
/// </summary>
public sealed class Supersedence
{
    private readonly LayeredDictionary<Guid, UpdateEntry> _updates;
    private readonly Dictionary<Guid, Range> _ranges; // Of the updates that are superseded, in the order in which they were met.
    private readonly Guid[] _superseders;
    private readonly HashSet<Guid> _supersedes;

    private Supersedence(LayeredDictionary<Guid, UpdateEntry> updates, Dictionary<Guid, Range> ranges, Guid[] superseders, HashSet<Guid> supersedes)
    {
        _updates = updates;
        _ranges = ranges;
        _superseders = superseders;
        _supersedes = supersedes;
    }

    /// <summary>Updates that a live one replaces, in no order.</summary>
    public IReadOnlyCollection<Guid> Superseded => _ranges.Keys;

    /// <summary>Of these updates. A look at each of them, and at each that they name, twice.</summary>
    public static Supersedence Of(LayeredDictionary<Guid, UpdateEntry> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var links = new List<(Guid Superseded, Guid By)>();
        var supersedes = new HashSet<Guid>();
        var counts = new Dictionary<Guid, int>();
        foreach (var update in updates.Values)
        {
            if (!update.IsLive) continue;
            foreach (var superseded in update.Latest!.SupersededUpdates) // Live updates have a revision.
            {
                // One that names itself replaces nothing.
                if (superseded == update.UpdateId || !updates.TryGetValue(superseded, out var other) || other.Latest is null) continue;
                links.Add((superseded, update.UpdateId));
                supersedes.Add(update.UpdateId);
                CollectionsMarshal.GetValueRefOrAddDefault(counts, superseded, out _)++;
            }
        }

        // The ranges grow as they are filled: each begins empty where it will stand.
        var ranges = new Dictionary<Guid, Range>(counts.Count);
        var at = 0;
        foreach (var (superseded, count) in counts)
        {
            ranges[superseded] = at..at;
            at += count;
        }

        var superseders = new Guid[links.Count];
        foreach (var (superseded, by) in links)
        {
            ref var range = ref CollectionsMarshal.GetValueRefOrNullRef(ranges, superseded); // Each was put there above.
            if (superseders.AsSpan(range).Contains(by)) continue; // A document may name one twice.
            superseders[range.End.Value] = by;
            range = range.Start..(range.End.Value + 1);
        }

        return new Supersedence(updates, ranges, superseders, supersedes);
    }

    /// <summary>How that update stands; none for one that is not there.</summary>
    public SupersedenceState StateOf(Guid updateId) => (_supersedes.Contains(updateId), _ranges.ContainsKey(updateId)) switch
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
        if (!_ranges.TryGetValue(updateId, out var range)) return [];
        Guid[] superseders = _superseders[range];
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
    public IReadOnlyList<Guid> EndsOf(Guid updateId) => [.. ChainOf(updateId).Where(id => !_ranges.ContainsKey(id)).Order()];
}
