using System.Net;
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

    private static readonly IPAddress?[] Addresses = [null, IPAddress.Parse("10.1.0.1"), IPAddress.Parse("10.2.0.1"), IPAddress.Parse("2001:db8::1")];
    private static readonly Subnet[] Blocks = [Subnet.Parse("10.1.0.0/16"), Subnet.Parse("10.0.0.0/8"), Subnet.Parse("2001:db8::/32")];
    private static readonly string[] Versions = ["", "10.0.19045.1", "10.0.20348.2527", "10.0.26100"];
    private static readonly string[] Models = ["", "Latitude 7440", "OptiPlex"];

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
            var placed = Placed(root, computer);
            return placed == Placed(replica, computer with { Named = world.Shuffled(computer.Named) }) && placed == Placed(late, computer with { ComputerId = computer.ComputerId.ToUpperInvariant(), Named = [string.Join("; ", world.Shuffled(computer.Named))] });
        });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ScopeHash_ChangesExactlyWhenMembershipDoes() => Prop.ForAll(Worlds(), world =>
    {
        var views = new List<ServedView> { ServedView.Empty };
        foreach (var change in world.Changes)
            views.Add(Next(views[^1], [change]));
        var seen = (from view in views from computer in world.Computers let membership = view.MembershipOf(computer) select (Hash: Convert.ToHexString(membership.ScopeHash), Groups: Reference(membership))).Distinct().ToArray();
        return seen.DistinctBy(each => each.Hash).Count() == seen.Length && seen.DistinctBy(each => each.Groups).Count() == seen.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Unassigned_HoldsWhoIsInNoOtherGroupAndNobodyElse() => Prop.ForAll(Worlds(), world =>
    {
        var view = Next(null, world.Live);
        return world.Computers.All(computer =>
        {
            var direct = view.DirectGroupsOf(computer);
            var membership = view.MembershipOf(computer);
            return direct.Length > 0 && !direct.Contains(TargetGroup.AllComputers.Id) && membership.TryGetDepth(TargetGroup.AllComputers.Id, out _)
                && direct.Contains(TargetGroup.UnassignedComputers.Id) == (direct.Length == 1 && direct[0] == TargetGroup.UnassignedComputers.Id)
                && membership.TryGetDepth(TargetGroup.UnassignedComputers.Id, out _) == direct.Contains(TargetGroup.UnassignedComputers.Id);
        });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void PlacesAs_Holds_OnlyWhereEveryComputerIsWhereItWas() => Prop.ForAll(Worlds(), world =>
    {
        var views = new List<ServedView> { ServedView.Empty };
        foreach (var change in world.Changes)
            views.Add(Next(views[^1], [change]));
        return views.Zip(views.Skip(1)).All(pair => !pair.Second.PlacesAs(pair.First) || world.Computers.All(computer => Placed(pair.First, computer) == Placed(pair.Second, computer)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Placement_SaysWhyOfExactlyTheGroupsThatTheComputerIsIn() => Prop.ForAll(Worlds(), world =>
    {
        var view = Next(null, world.Live);
        return world.Computers.All(computer => view.PlacementOf(computer).Select(place => place.GroupId).Distinct().Order().SequenceEqual(view.DirectGroupsOf(computer))
            && view.PlacementOf(computer).All(place => place.By switch
            {
                PlacedBy.Administrator => view.TreeSettings.Targeting != Targeting.Client && view.Assignments[computer.ComputerId].GroupIds.Contains(place.GroupId),
                PlacedBy.Rule => view.TreeSettings.Targeting != Targeting.Client && view.Rules.All.Any(rule => rule.Name == place.Rule && rule.GroupId == place.GroupId
                    && GroupRuleSet.Unmet(rule, computer, view.SiteOf(computer)?.Name).Count == 0),
                PlacedBy.Computer => view.TreeSettings.Targeting != Targeting.Server && view.Groups.IdsOf(computer.Named).Contains(place.GroupId),
                _ => place.GroupId == TargetGroup.UnassignedComputers.Id,
            }));
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<World> Worlds() => (
        from changes in Gen.Choose(0, int.MaxValue).ListOf()
        from computers in Gen.Choose(0, int.MaxValue).ListOf()
        from seed in Gen.Choose(0, int.MaxValue)
        select World.Of([.. changes], [.. computers], seed)).ToArbitrary();

    private static string Placed(ServedView view, ComputerFacts computer) =>
        $"{Convert.ToHexString(view.MembershipOf(computer).ScopeHash)} {string.Join(' ', view.DirectGroupsOf(computer))}";

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
    private sealed record World(ViewRecord[] Changes, ViewRecord[] Live, ComputerFacts[] Computers, int Seed)
    {
        public static World Of(int[] changes, int[] computers, int seed)
        {
            var records = changes.Select((number, index) => Change(index + 1, number)).ToArray();
            var live = records.Reverse().DistinctBy(KeyOf).Reverse().ToArray();
            return new World(records, live, [.. computers.Select(number => new ComputerFacts($"pc-{number % 4}")
            {
                Name = $"pc-{number % 4}.example",
                Named = Some(Names, number / 4),
                Address = Addresses[number / 8 % Addresses.Length],
                OsVersion = Versions[number / 16 % Versions.Length],
                Model = Models[number / 32 % Models.Length],
            })], seed);
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
            return (number % 12) switch
            {
                8 => new ViewRecord.Rule(sequence, Ids[rest % 5], null),
                < 11 and > 8 => new ViewRecord.Rule(sequence, Ids[rest % 5], Rule(Ids[rest % 5], Ids[rest / 5 % Ids.Length], rest / 40)),
                11 => new ViewRecord.Site(sequence, $"site-{rest % 2}", rest / 2 % 4 == 0 ? null : new Site($"site-{rest % 2}", [Blocks[rest / 8 % Blocks.Length]])),
                0 => new ViewRecord.Group(sequence, group, null),
                < 4 => new ViewRecord.Group(sequence, group, new TargetGroup(group, Names[rest / 6 % 4], Ids[rest / 24 % Ids.Length])),
                4 => new ViewRecord.Assignment(sequence, $"pc-{rest % 4}", null),
                < 7 => new ViewRecord.Assignment(sequence, $"pc-{rest % 4}", new GroupAssignment($"pc-{rest % 4}", "", Some(Ids, rest / 4))),
                _ => new ViewRecord.Tree(sequence, rest % 4 == 3 ? null : new TreeSettings { Targeting = (Targeting)(rest % 4), DefaultSite = rest / 4 % 3 == 0 ? "site-1" : "" }),
            };
        }

        private static GroupRule Rule(Guid id, Guid group, int bits) => new()
        {
            Id = id,
            Name = $"rule {bits % 3}",
            GroupId = group,
            ComputerNames = (bits & 1) == 0 ? [] : [$"PC-{bits / 32 % 4}", "*-3.example"],
            Subnets = (bits & 2) == 0 ? [] : [Blocks[bits / 32 % Blocks.Length]],
            Sites = (bits & 4) == 0 ? [] : [$"site-{bits / 64 % 2}"],
            OsVersions = (bits & 8) == 0 ? [] : [">=10.0.20348", "10.0.19*"],
            Models = (bits & 16) == 0 ? [] : ["lat*"],
        };

        private static object KeyOf(ViewRecord record) => record switch
        {
            ViewRecord.Group group => group.GroupId,
            ViewRecord.Assignment assignment => assignment.Key,
            ViewRecord.Rule rule => (rule.RuleId, "rule"),
            ViewRecord.Site site => site.Key,
            _ => 0,
        };

        private static T[] Some<T>(T[] all, int bits) => [.. all.Where((_, index) => (bits >> index & 1) == 1)];
    }
}
