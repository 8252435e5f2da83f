using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Groups;

/// <summary>Where computers are placed hangs on what the log holds and on what they say, and on no order.</summary>
public sealed class PlacementPropertyTests
{
    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Guid EpochId = Guid.NewGuid();
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 6).Select(number => new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)number)), TargetGroup.AllComputers.Id, TargetGroup.UnassignedComputers.Id];

    // Two groups may come to have one name, and names come in any letter case.
    private static readonly string[] Names = ["A", "B", "b", "Pilot", "All Computers", "unassigned computers", "nobody"];

    [Fact]
    public void RootAndReplicas_SameLogAndSameFacts_PlaceAlike() => Prop.ForAll(Worlds(), world =>
    {
        // The root took each change by itself; one replica took what is left of them at once, in another order; one took them in three parts.
        var root = world.Changes.Aggregate((ServedView?)null, (view, change) => Next(view, [change])) ?? ServedView.Empty;
        var replica = Next(null, world.Shuffled(world.Live));
        var late = world.Live.Chunk(1 + (world.Live.Length / 3)).Aggregate((ServedView?)null, (view, part) => Next(view, world.Shuffled(part))) ?? ServedView.Empty;
        return world.Computers.All(computer =>
        {
            var placed = Placed(root, computer.Id, computer.Named);
            return placed == Placed(replica, computer.Id, world.Shuffled(computer.Named)) && placed == Placed(late, computer.Id.ToUpperInvariant(), [string.Join("; ", world.Shuffled(computer.Named))]);
        });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ScopeHash_ChangesExactlyWhenMembershipDoes() => Prop.ForAll(Worlds(), world =>
    {
        var views = new List<ServedView> { ServedView.Empty };
        foreach (var change in world.Changes)
            views.Add(Next(views[^1], [change]));
        var seen = (from view in views from computer in world.Computers let membership = view.MembershipOf(computer.Id, computer.Named) select (Hash: Convert.ToHexString(membership.ScopeHash), Groups: Reference(membership))).Distinct().ToArray();
        return seen.DistinctBy(each => each.Hash).Count() == seen.Length && seen.DistinctBy(each => each.Groups).Count() == seen.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Unassigned_HoldsWhoIsInNoOtherGroupAndNobodyElse() => Prop.ForAll(Worlds(), world =>
    {
        var view = Next(null, world.Live);
        return world.Computers.All(computer =>
        {
            var direct = view.DirectGroupsOf(computer.Id, computer.Named);
            var membership = view.MembershipOf(computer.Id, computer.Named);
            return direct.Length > 0 && !direct.Contains(TargetGroup.AllComputers.Id) && membership.TryGetDepth(TargetGroup.AllComputers.Id, out _)
                && direct.Contains(TargetGroup.UnassignedComputers.Id) == (direct.Length == 1 && direct[0] == TargetGroup.UnassignedComputers.Id)
                && membership.TryGetDepth(TargetGroup.UnassignedComputers.Id, out _) == direct.Contains(TargetGroup.UnassignedComputers.Id);
        });
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<World> Worlds() => (
        from changes in Gen.Choose(0, int.MaxValue).ListOf()
        from computers in Gen.Choose(0, int.MaxValue).ListOf()
        from seed in Gen.Choose(0, int.MaxValue)
        select World.Of([.. changes], [.. computers], seed)).ToArbitrary();

    private static string Placed(ServedView view, string computer, IReadOnlyList<string> named) =>
        $"{Convert.ToHexString(view.MembershipOf(computer, named).ScopeHash)} {string.Join(' ', view.DirectGroupsOf(computer, named))}";

    private static string Reference(Membership membership) =>
        string.Join(' ', Ids.Select(id => membership.TryGetDepth(id, out var depth) ? depth : -1));

    private static ServedView Next(ServedView? previous, IReadOnlyList<ViewRecord> records)
    {
        var builder = new ServedViewBuilder(previous);
        foreach (var record in records)
            builder.Apply(record);
        return builder.Build(new LogHead(new Position(Log, 1, EpochId, records.Select(record => record.Sequence).DefaultIfEmpty(0).Max()), 0, 0, new byte[2048]));
    }

    /// <summary>Changes of groups, assignments and targeting, what is left of them, and computers with what they say.</summary>
    private sealed record World(ViewRecord[] Changes, ViewRecord[] Live, (string Id, string[] Named)[] Computers, int Seed)
    {
        public static World Of(int[] changes, int[] computers, int seed)
        {
            var records = changes.Select((number, index) => Change(index + 1, number)).ToArray();
            var live = records.Reverse().DistinctBy(KeyOf).Reverse().ToArray();
            return new World(records, live, [.. computers.Select(number => ($"pc-{number % 4}", Some(Names, number / 4)))], seed);
        }

        public T[] Shuffled<T>(IReadOnlyList<T> items)
        {
            var shuffled = items.ToArray();
            new Random(Seed).Shuffle(shuffled);
            return shuffled;
        }

        private static ViewRecord Change(long sequence, int number)
        {
            var rest = number / 8;
            var group = Ids[rest % 6];
            return (number % 8) switch
            {
                0 => new ViewRecord.Group(sequence, group, null),
                < 4 => new ViewRecord.Group(sequence, group, new TargetGroup(group, Names[rest / 6 % 4], Ids[rest / 24 % Ids.Length])),
                4 => new ViewRecord.Assignment(sequence, $"pc-{rest % 4}", null),
                < 7 => new ViewRecord.Assignment(sequence, $"pc-{rest % 4}", new GroupAssignment($"pc-{rest % 4}", "", Some(Ids, rest / 4))),
                _ => new ViewRecord.Tree(sequence, rest % 4 == 3 ? null : new TreeSettings { Targeting = (Targeting)(rest % 4) }),
            };
        }

        private static object KeyOf(ViewRecord record) => record switch
        {
            ViewRecord.Group group => group.GroupId,
            ViewRecord.Assignment assignment => assignment.Key,
            _ => 0,
        };

        private static T[] Some<T>(T[] all, int bits) => [.. all.Where((_, index) => (bits >> index & 1) == 1)];
    }
}
