namespace Hierarchy.Testing.MicrosoftUpdate.Drivers;

/// <summary>The driver sets of a simulated Microsoft Update in the order in which they came and went. A WSUS has none.</summary>
public sealed class DriverSetLibrary
{
    private readonly Lock _gate = new();
    private readonly List<(PublishedDriverSet Set, int Revisions, bool IsRemoval)> _events = [];

    internal void Publish(PublishedDriverSet set, int revisions) => Add(set, revisions, isRemoval: false);

    internal void Remove(Guid id, int revisions) => Add(Living().Single(set => set.Id == id), revisions, isRemoval: true);

    internal IReadOnlyList<PublishedDriverSet> Living()
    {
        lock (_gate)
            return [.. _events.Where(item => !item.IsRemoval).Select(item => item.Set).Except(_events.Where(item => item.IsRemoval).Select(item => item.Set))];
    }

    /// <summary>Sets that came and sets that went since so many revisions were published, the moment itself included: it is the only clock here.</summary>
    internal (IReadOnlyList<PublishedDriverSet> New, IReadOnlyList<PublishedDriverSet> Removed) Since(int revisions)
    {
        lock (_gate)
        {
            var removed = _events.Where(item => item.IsRemoval && item.Revisions >= revisions).Select(item => item.Set).ToList();
            return ([.. _events.Where(item => !item.IsRemoval && item.Revisions >= revisions).Select(item => item.Set).Except(removed)], removed);
        }
    }

    private void Add(PublishedDriverSet set, int revisions, bool isRemoval)
    {
        lock (_gate) _events.Add((set, revisions, isRemoval));
    }
}
