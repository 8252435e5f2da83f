using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>The revisions of a catalog and their dependencies, in an order in which each comes after what it depends on.</summary>
internal sealed class RevisionGraph
{
    private readonly Dictionary<RevisionId, RevisionNode> _nodes = [];
    private readonly Dictionary<Guid, RevisionNode> _newest = [];
    private UpdateRevision[] _given = [];
    private int _round;

    /// <summary>Every node, after what it depends on; those that depend on one another stand together, and share <see cref="RevisionNode.Component"/>.</summary>
    internal RevisionNode[] Order { get; private set; } = [];

    /// <summary>Takes a catalog in place of the one before. False when it is the same; else what is affected is stale.</summary>
    internal bool Update(IReadOnlyCollection<UpdateRevision> revisions)
    {
        if (IsAsGiven(revisions)) return false;
        _given = [.. revisions];
        if (!TakeDocuments()) return false;
        _newest.Clear();
        foreach (var node in _nodes.Values)
        {
            var id = node.Revision.Id;
            if (!_newest.TryGetValue(id.UpdateId, out var other) || other.Revision.Id.RevisionNumber < id.RevisionNumber) _newest[id.UpdateId] = node;
        }

        foreach (var node in _nodes.Values) node.Resolve(this);
        Order = Sort();
        return true;
    }

    internal RevisionNode? FindNewest(Guid updateId) => _newest.GetValueOrDefault(updateId);

    /// <summary>The revision that a bundle names; a later one of the update stands in for it.</summary>
    internal RevisionNode? FindChild(RevisionId id) => _nodes.TryGetValue(id, out var exact) ? exact : FindNewest(id.UpdateId);

    /// <summary>A revision with everything that it depends on; nothing when it is not here.</summary>
    internal IReadOnlyCollection<UpdateRevision> ClosureOf(RevisionId id)
    {
        if (!_nodes.TryGetValue(id, out var start)) return [];
        var closure = new HashSet<RevisionNode>();
        var open = new Stack<RevisionNode>([start]);
        while (open.TryPop(out var node))
        {
            if (!closure.Add(node)) continue;
            foreach (var dependency in node.Dependencies)
                if (dependency is not null) open.Push(dependency);
        }

        return [.. closure.Select(node => node.Revision)];
    }

    internal void Clear()
    {
        _nodes.Clear();
        _newest.Clear();
        _given = [];
        Order = [];
    }

    private bool IsAsGiven(IReadOnlyCollection<UpdateRevision> revisions)
    {
        if (revisions.Count != _given.Length || revisions.Count == 0) return false;
        var index = 0;
        foreach (var revision in revisions)
            if (!ReferenceEquals(revision, _given[index++])) return false;
        return true;
    }

    /// <summary>True when a revision is new, gone, or another document.</summary>
    private bool TakeDocuments()
    {
        _round++;
        var isSame = true;
        var seen = 0;
        foreach (var revision in _given)
        {
            if (!_nodes.TryGetValue(revision.Id, out var node))
            {
                _nodes[revision.Id] = new RevisionNode(revision) { Round = _round };
                isSame = false;
                seen++;
                continue;
            }

            if (node.Round != _round)
            {
                node.Round = _round;
                seen++;
            }

            if (ReferenceEquals(node.Revision, revision)) continue;
            node.Replace(revision);
            isSame = false;
        }

        if (seen == _nodes.Count) return !isSame;
        foreach (var (id, node) in _nodes)
            if (node.Round != _round) _nodes.Remove(id);
        return true;
    }

    // Tarjan's strongly connected components: each is complete after those that it depends on. With a stack of its own: how deep a catalog nests is the publisher's doing.
    private RevisionNode[] Sort()
    {
        foreach (var node in _nodes.Values) node.Visited = 0;
        var order = new RevisionNode[_nodes.Count];
        var (placed, visited, component) = (0, 0, 0);
        var path = new Stack<RevisionNode>();
        var open = new Stack<RevisionNode>();
        foreach (var root in _nodes.Values)
        {
            if (root.Visited != 0) continue;
            Visit(root);
            while (path.TryPeek(out var node))
            {
                if (node.Next < node.Dependencies.Length)
                {
                    if (node.Dependencies[node.Next++] is not { } dependency) continue;
                    if (dependency.Visited == 0) Visit(dependency);
                    else if (dependency.IsOpen) node.Earliest = Math.Min(node.Earliest, dependency.Visited);
                    continue;
                }

                path.Pop();
                if (path.TryPeek(out var dependant)) dependant.Earliest = Math.Min(dependant.Earliest, node.Earliest);
                if (node.Earliest == node.Visited) Close(node);
            }
        }

        return order;

        void Visit(RevisionNode node)
        {
            node.Visited = node.Earliest = ++visited;
            node.Next = 0;
            node.IsOpen = true;
            path.Push(node);
            open.Push(node);
        }

        void Close(RevisionNode root)
        {
            component++;
            var first = placed;
            RevisionNode node;
            do
            {
                node = open.Pop();
                node.IsOpen = false;
                node.Component = component;
                order[placed++] = node;
            }
            while (node != root);

            // A circle that opens elsewhere changes what those say of it who name the same revisions as before: circles are rare, and decided anew with every catalog.
            var isCircle = placed - first > 1 || root.DependsOnItself;
            foreach (var member in order.AsSpan(first, placed - first))
            {
                member.IsStale |= isCircle || member.IsInCircle;
                member.IsInCircle = isCircle;
            }
        }
    }
}
