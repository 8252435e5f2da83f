using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>One revision of the catalog: what it depends on, what its result was read from, and the result.</summary>
internal sealed class RevisionNode(UpdateRevision revision)
{
    internal UpdateRevision Revision { get; private set; } = revision;

    /// <summary>What each id of the prerequisites and then of the bundle means, in document order; null for what is not in the catalog.</summary>
    internal RevisionNode?[] Dependencies { get; private set; } = [];

    /// <summary>The facts that the result was read from, each once.</summary>
    internal RecordedFact[] Reads { get; set; } = [];

    /// <summary>The result; null while one that depends on itself is not decided.</summary>
    internal ApplicabilityResult? Result { get; set; }

    /// <summary>The result of the last whole evaluation; null for what is new.</summary>
    internal ApplicabilityResult? Settled { get; set; }

    /// <summary>The document is new, or something else is meant by what it names.</summary>
    internal bool IsStale { get; set; } = true;

    /// <summary>Whether the state changed in this evaluation, once its turn was.</summary>
    internal bool HasChangedState { get; set; }

    /// <summary>Revisions that depend on one another share the number.</summary>
    internal int Component { get; set; }

    /// <summary>Whether it depends on itself directly.</summary>
    internal bool DependsOnItself { get; private set; }

    /// <summary>Whether it depends on itself, directly or through others.</summary>
    internal bool IsInCircle { get; set; }

    /// <summary>The evaluation whose catalog it was last seen in.</summary>
    internal int Round { get; set; }

    // For RevisionGraph's ordering alone: the order of the first visit (0: none yet), the earliest that is reached, the next dependency, and whether it is open.
    internal int Visited { get; set; }

    internal int Earliest { get; set; }

    internal int Next { get; set; }

    internal bool IsOpen { get; set; }

    internal void Replace(UpdateRevision document) => (Revision, IsStale) = (document, true);

    /// <summary>Looks up again what the ids mean.</summary>
    internal void Resolve(RevisionGraph graph)
    {
        var count = 0;
        foreach (var clause in Revision.Prerequisites) count += clause.AnyOf.Count;
        foreach (var group in Revision.BundledUpdates) count += group.AnyOf.Count;
        if (Dependencies.Length != count) (Dependencies, IsStale) = (new RevisionNode?[count], true);

        var index = 0;
        var dependsOnItself = false;
        foreach (var clause in Revision.Prerequisites)
            foreach (var id in clause.AnyOf) Put(graph.FindNewest(id));
        foreach (var group in Revision.BundledUpdates)
            foreach (var id in group.AnyOf) Put(graph.FindChild(id));
        DependsOnItself = dependsOnItself;

        void Put(RevisionNode? meant)
        {
            dependsOnItself |= meant == this;
            if (Dependencies[index] != meant) (Dependencies[index], IsStale) = (meant, true);
            index++;
        }
    }
}
