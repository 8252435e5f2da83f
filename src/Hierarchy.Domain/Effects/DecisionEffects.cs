using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Effects;

/// <summary>
/// What a change of decisions means for computers: the decisions of a view before it, held against those of the view after it. Computers of the same groups are decided once, so that it takes as long for ten
/// of them as for ten thousand. Pure.
/// </summary>
public sealed class DecisionEffects
{
    private readonly Dictionary<(ComputerClass Class, Guid UpdateId), ActionChange> _changes = [];
    private readonly Dictionary<ApprovalClash, int> _clashes = [];

    private DecisionEffects(IReadOnlyList<ComputerClass> classes) => Classes = classes;

    /// <summary>All computers, by the groups that they are and were in.</summary>
    public IReadOnlyList<ComputerClass> Classes { get; }

    /// <summary>What computers of a class are told otherwise about an update.</summary>
    public IReadOnlyDictionary<(ComputerClass Class, Guid UpdateId), ActionChange> Changes => _changes;

    /// <summary>Where approvals compete that the change brought about, or that it brought computers between; and for how many computers.</summary>
    public IReadOnlyDictionary<ApprovalClash, int> Clashes => _clashes;

    /// <summary>Updates that are not quite what they were, or that stand under approvals while computers move: all that content may be wanted of anew.</summary>
    public IReadOnlyList<Guid> Touched { get; private init; } = [];

    /// <summary>Holds two views against each other.</summary>
    public static DecisionEffects Of(ServedView before, ServedView after, IEnumerable<AffectedComputer> computers)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(computers);
        var classes = Divide(before, after, computers);
        var anyMoved = classes.Any(each => each.IsMoved);
        var touched = new List<(UpdateEntry? Before, UpdateEntry After, bool IsChanged)>();
        foreach (var update in after.Updates.Values)
        {
            var was = before.Updates.GetValueOrDefault(update.UpdateId);
            var isChanged = !ReferenceEquals(was, update);
            if (isChanged || (anyMoved && update.Approvals.Count > 0)) touched.Add((was, update, isChanged));
        }

        var effects = new DecisionEffects(classes) { Touched = [.. touched.Where(each => each.IsChanged).Select(each => each.After.UpdateId)] };
        var (earlier, later) = (new List<Decision>(), new List<Decision>());
        foreach (var (was, update, isChanged) in touched)
            foreach (var each in classes)
            {
                if (!isChanged && !each.IsMoved) continue;
                earlier.Clear();
                later.Clear();
                if (was is not null) before.Decide(was, each.WasIn, earlier);
                after.Decide(update, each.IsIn, later);
                if (!earlier.SequenceEqual(later)) effects._changes[(each, update.UpdateId)] = new ActionChange(ActionOf(earlier), ActionOf(later));
                effects.FindClashes(after.Groups, was, update, each);
            }

        return effects;
    }

    // The latest revision stands last; older ones are parts of bundles.
    private static DecisionAction? ActionOf(List<Decision> decisions) => decisions.Count == 0 ? null : decisions[^1].Action;

    private void FindClashes(GroupTree groups, UpdateEntry? was, UpdateEntry update, ComputerClass computers)
    {
        if (update.Approvals.Count < 2 || update.IsDeclined || ApprovalConflict.Resolve(update.Approvals, computers.IsIn) is not { } winner) return;
        foreach (var loser in update.Approvals)
        {
            if (ReferenceEquals(loser, winner) || !computers.IsIn.TryGetDepth(loser.GroupId, out _)) continue;
            // Saying the same is no contradiction, and below a group its own decision is overridden on purpose.
            if (loser.Action == winner.Action && loser.Deadline == winner.Deadline && loser.IsDeadlineFloating == winner.IsDeadlineFloating) continue;
            if (groups.IsWithin(winner.GroupId, loser.GroupId) || groups.IsWithin(loser.GroupId, winner.GroupId)) continue;
            var isNew = computers.IsMoved || was is null || !was.Approvals.Contains(winner) || !was.Approvals.Contains(loser);
            if (!isNew) continue;
            var clash = new ApprovalClash(update.UpdateId, winner.GroupId, loser.GroupId);
            _clashes[clash] = _clashes.GetValueOrDefault(clash) + computers.Count;
        }
    }

    private static List<ComputerClass> Divide(ServedView before, ServedView after, IEnumerable<AffectedComputer> computers)
    {
        var classes = new Dictionary<(GroupKey Before, GroupKey After), ComputerClass>();
        var memberships = new Dictionary<(bool IsAfter, GroupKey Groups), Membership>();
        var isSame = before.PlacesAs(after);
        foreach (var computer in computers)
        {
            var was = new GroupKey(before.DirectGroupsOf(computer.Facts));
            var becomes = isSame ? was : new GroupKey(after.DirectGroupsOf(computer.Facts));
            if (!classes.TryGetValue((was, becomes), out var each))
                classes[(was, becomes)] = each = new ComputerClass(was.Ids, becomes.Ids, MembershipOf(before, isAfter: false, was), MembershipOf(after, isAfter: true, becomes));
            each.Add(computer);
        }

        return [.. classes.Values];

        Membership MembershipOf(ServedView view, bool isAfter, GroupKey groups) =>
            memberships.TryGetValue((isAfter, groups), out var known) ? known : memberships[(isAfter, groups)] = view.Groups.MembershipOfGroups(groups.Ids);
    }

    /// <summary>Groups in order, compared by what they are.</summary>
    private readonly record struct GroupKey(Guid[] Ids)
    {
        public bool Equals(GroupKey other) => Ids.AsSpan().SequenceEqual(other.Ids);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var id in Ids) hash.Add(id);
            return hash.ToHashCode();
        }
    }
}
