using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>
/// Generates catalogs: documents that differ from each other in kind, size and language, the same ones for the same seed and count.
/// The categories that they name are those of <see cref="CategoryDocuments.All"/>.
/// </summary>
public sealed class DocumentGenerator(int seed)
{
    // How often each kind of group comes, and with how many documents: chosen for documents of some 6 KB on average.
    private static readonly (UpdateGroupKind Kind, int Weight, int Smallest, int Largest)[] Kinds =
    [
        (UpdateGroupKind.Definitions, 3, 8, 24),
        (UpdateGroupKind.Cumulative, 6, 2, 12),
        (UpdateGroupKind.OfficePatch, 6, 2, 5),
        (UpdateGroupKind.Application, 3, 1, 1),
        (UpdateGroupKind.FeatureUpgrade, 1, 2, 4),
        (UpdateGroupKind.Drivers, 8, 1, 6),
        (UpdateGroupKind.Detectoid, 4, 1, 1),
        (UpdateGroupKind.Tool, 3, 1, 1),
        (UpdateGroupKind.Hotfix, 6, 1, 1),
    ];

    private static readonly int Weights = Kinds.Sum(kind => kind.Weight);

    /// <summary>Plans so many documents as groups whose documents name each other; each group can be made on its own, at any time, by any thread.</summary>
    public IReadOnlyList<Func<IReadOnlyList<SourceDocument>>> Plan(int count)
    {
        var detectoids = new List<Guid>();
        var groups = new List<Func<IReadOnlyList<SourceDocument>>>();
        for (var planned = 0; planned < count;)
        {
            var groupSeed = Picks.Mix((ulong)seed, (ulong)groups.Count);
            var (kind, size) = Choose(new Picks(groupSeed), count - planned, groups.Count);
            if (kind == UpdateGroupKind.Detectoid)
                detectoids.Add(UpdateGroup.IdOf(groupSeed, 0));

            // A group sees the detectoids planned before it alone, so that it is the same however many follow.
            var seen = detectoids.Count;
            groups.Add(() => new UpdateGroup(groupSeed, kind, size, new ArraySegmentView(detectoids, seen)).Make());
            planned += size;
        }

        return groups;
    }

    private static (UpdateGroupKind Kind, int Size) Choose(Picks picks, int room, int number)
    {
        // The first groups are one of each kind, so that a small catalog has all of them.
        var chosen = number < Kinds.Length ? Kinds[number] : Weighted(picks.Between(0, Weights - 1));
        var size = picks.Between(chosen.Smallest, chosen.Largest);
        if (room >= size)
            return (chosen.Kind, size);
        return room >= chosen.Smallest ? (chosen.Kind, room) : (UpdateGroupKind.Drivers, Math.Min(room, 6));
    }

    private static (UpdateGroupKind Kind, int Weight, int Smallest, int Largest) Weighted(int number)
    {
        foreach (var kind in Kinds)
        {
            number -= kind.Weight;
            if (number < 0)
                return kind;
        }

        return Kinds[^1];
    }

    // The list is complete before any group is made, and never changes afterwards.
    private sealed class ArraySegmentView(List<Guid> list, int count) : IReadOnlyList<Guid>
    {
        public int Count => count;

        public Guid this[int index] => list[index];

        public IEnumerator<Guid> GetEnumerator() => list.Take(count).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
