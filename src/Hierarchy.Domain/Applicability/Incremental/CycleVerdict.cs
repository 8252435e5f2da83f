namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>
/// Decides revisions that depend on one another: those that something outside of the circle decides, then those that these decide, until nothing more follows. The rest hangs on
/// itself alone, and is not applicable. So the verdict does not depend on where one begins.
/// </summary>
internal static class CycleVerdict
{
    /// <summary>The results in the order of the nodes; each node's reads are replaced, its result is left for the caller.</summary>
    internal static ApplicabilityResult[] Of(RevisionNode[] nodes, FactRecorder facts)
    {
        var members = nodes.ToDictionary(node => node, node => new Member(node));
        foreach (var node in nodes) node.Result = null;
        foreach (var member in members.Values)
            foreach (var dependency in member.Node.Dependencies)
                if (dependency is not null && members.TryGetValue(dependency, out var other)) other.Dependants.Add(member);

        var open = new Queue<Member>(members.Values);
        while (open.TryDequeue(out var member))
        {
            if (member.Node.Result is not null) continue;
            member.Node.Result = member.Record(facts, static (node, recorder) => RevisionVerdict.TryOf(node, recorder));
            if (member.Node.Result is null) continue;
            foreach (var dependant in member.Dependants) open.Enqueue(dependant);
        }

        // Once more, now that all is decided: which prerequisite a cause names is not to depend on what was known first.
        var results = new ApplicabilityResult[nodes.Length];
        for (var index = 0; index < nodes.Length; index++)
        {
            var member = members[nodes[index]];
            results[index] = member.Node.Result is null
                ? RevisionVerdict.Circular(member.Node)
                : member.Record(facts, static (node, recorder) => RevisionVerdict.Of(node, recorder))!; // A final verdict is never null.
            member.Node.Reads = [.. member.Reads];
        }

        return results;
    }

    private sealed class Member(RevisionNode node)
    {
        internal RevisionNode Node => node;

        internal List<Member> Dependants { get; } = [];

        internal HashSet<RecordedFact> Reads { get; } = [];

        internal ApplicabilityResult? Record(FactRecorder facts, Func<RevisionNode, FactRecorder, ApplicabilityResult?> decide)
        {
            facts.Begin();
            var result = decide(node, facts);
            Reads.UnionWith(facts.End(previous: []));
            return result;
        }
    }
}
