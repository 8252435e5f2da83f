using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Effects;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Effects;

/// <summary>What would follow from decisions, held against what does.</summary>
public sealed class DecisionEffectsTests
{
    private static readonly LogHead Head = new(new Position(new LogId(Guid.NewGuid()), 1, Guid.NewGuid(), 1000), 0, 1, new byte[2048]);

    [Fact]
    public void Of_AnyChange_SaysWhatEveryComputerIsToldOtherwise()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var groups = Enumerable.Range(0, 8).Select(i => new TargetGroup(Id(1, i), $"Group {i}", i == 0 || random.Next(3) == 0 ? TargetGroup.AllComputers.Id : Id(1, random.Next(i)))).ToArray();
            var builder = new ServedViewBuilder();
            foreach (var group in groups) builder.Apply(new ViewRecord.Group(1, group.Id, group));
            for (var i = 0; i < 12; i++) builder.Apply(new ViewRecord.Revision(Entry(i, random.Next(4) == 0 ? Id(2, random.Next(12)) : null)));
            for (var i = 0; i < 20; i++) Decide(builder, groups, random);
            for (var i = 0; i < 10; i++) Assign(builder, groups, random);
            var before = builder.Build(Head);
            var next = new ServedViewBuilder(before);
            for (var i = random.Next(1, 4); i > 0; i--) Change(next, before, groups, random);
            var after = next.Build(Head);
            AffectedComputer[] computers = [.. Enumerable.Range(0, 40).Select(i => new AffectedComputer(new ComputerFacts($"pc-{i}") { Named = [.. groups.Where(_ => random.Next(5) == 0).Select(group => group.Name)] }, $"site {i % 3}", $"server {i % 2}"))];

            var effects = DecisionEffects.Of(before, after, computers);

            Assert.Equal(computers.Length, effects.Classes.Sum(each => each.Count));
            var classOf = effects.Classes.SelectMany(each => each.Ids.Select(id => (id, each))).ToDictionary(pair => pair.id, pair => pair.each);
            foreach (var computer in computers)
                foreach (var update in after.Updates.Values)
                {
                    var (was, becomes) = (Decisions(before, update.UpdateId, computer), Decisions(after, update.UpdateId, computer));
                    var isTold = effects.Changes.TryGetValue((classOf[computer.Facts.ComputerId], update.UpdateId), out var change);
                    Assert.True(isTold == !was.SequenceEqual(becomes), $"seed {seed}: {computer.Facts.ComputerId} about {update.UpdateId}");
                    if (isTold) Assert.Equal(new ActionChange(was.Count == 0 ? null : was[^1].Action, becomes.Count == 0 ? null : becomes[^1].Action), change);
                }

            foreach (var (clash, count) in effects.Clashes)
            {
                var approvals = after.Updates[clash.UpdateId].Approvals;
                var inBoth = computers.Where(computer => after.MembershipOf(computer.Facts) is var membership
                    && ApprovalConflict.Resolve(approvals, membership)?.GroupId == clash.WinnerId && membership.TryGetDepth(clash.LoserId, out _)).ToArray();
                Assert.InRange(count, 1, inBoth.Length);
                Assert.False(after.Groups.IsWithin(clash.WinnerId, clash.LoserId) || after.Groups.IsWithin(clash.LoserId, clash.WinnerId));
            }
        }
    }

    [Fact]
    public void Of_ApprovalsForTwoGroupsOfAComputer_NamesTheOneThatCounts()
    {
        var (pilot, servers) = (new TargetGroup(Id(1, 1), "Pilot", TargetGroup.AllComputers.Id), new TargetGroup(Id(1, 2), "Servers", TargetGroup.AllComputers.Id));
        var builder = new ServedViewBuilder();
        foreach (var group in new[] { pilot, servers }) builder.Apply(new ViewRecord.Group(1, group.Id, group));
        builder.Apply(new ViewRecord.Revision(Entry(1, superseded: null)));
        builder.Apply(new ViewRecord.Approved(2, new Approval(Id(2, 1), pilot.Id, 100, ApprovalAction.Install, Deadline: null)));
        var before = builder.Build(Head);
        var next = new ServedViewBuilder(before);
        next.Apply(new ViewRecord.Approved(3, new Approval(Id(2, 1), servers.Id, 100, ApprovalAction.NotApproved, Deadline: null)));
        AffectedComputer[] computers = [new(new ComputerFacts("both") { Named = ["Pilot", "Servers"] }, "", ""), new(new ComputerFacts("one") { Named = ["Servers"] }, "", ""), new(new ComputerFacts("none"), "", "")];

        var effects = DecisionEffects.Of(before, next.Build(Head), computers);

        Assert.Empty(effects.Changes);
        Assert.Equal(new KeyValuePair<ApprovalClash, int>(new ApprovalClash(Id(2, 1), pilot.Id, servers.Id), 1), Assert.Single(effects.Clashes));
    }

    private static List<Decision> Decisions(ServedView view, Guid updateId, in AffectedComputer computer)
    {
        var decisions = new List<Decision>();
        if (view.Updates.TryGetValue(updateId, out var update)) view.Decide(update, view.MembershipOf(computer.Facts), decisions);
        return decisions;
    }

    private static void Change(ServedViewBuilder builder, ServedView before, TargetGroup[] groups, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                var moved = groups[random.Next(groups.Length)];
                builder.Apply(new ViewRecord.Group(1, moved.Id, moved with { ParentId = groups[random.Next(groups.Length)].Id }));
                break;
            case 1:
                var removed = groups[random.Next(groups.Length)];
                builder.Apply(new ViewRecord.Group(1, removed.Id, State: null));
                break;
            case 2:
                Assign(builder, groups, random);
                break;
            case 3:
                builder.Apply(new ViewRecord.Tree(1, before.TreeSettings with { Targeting = (Targeting)random.Next(3) }));
                break;
            default:
                Decide(builder, groups, random);
                break;
        }
    }

    private static void Decide(ServedViewBuilder builder, TargetGroup[] groups, Random random)
    {
        var (update, group) = (Id(2, random.Next(12)), random.Next(6) == 0 ? TargetGroup.AllComputers : groups[random.Next(groups.Length)]);
        var deadline = random.Next(3) == 0 ? DateTimeOffset.UnixEpoch.AddDays(random.Next(3)) : (DateTimeOffset?)null;
        builder.Apply(random.Next(8) switch
        {
            0 => new ViewRecord.Decline(1, update, IsDeclined: true),
            1 => new ViewRecord.Decline(1, update, IsDeclined: false),
            2 => new ViewRecord.ApprovalRemoved(1, update, group.Id),
            _ => new ViewRecord.Approved(1, new Approval(update, group.Id, 100, (ApprovalAction)random.Next(1, 5), deadline)),
        });
    }

    private static void Assign(ServedViewBuilder builder, TargetGroup[] groups, Random random)
    {
        var id = $"pc-{random.Next(40)}";
        builder.Apply(new ViewRecord.Assignment(1, id, random.Next(5) == 0 ? null : new GroupAssignment(id, id, [.. groups.Where(_ => random.Next(4) == 0).Select(group => group.Id).Order()])));
    }

    private static CatalogEntry Entry(int i, Guid? superseded) => new()
    {
        RevisionId = i + 1,
        Id = new RevisionId(Id(2, i), 100),
        Sequence = 1,
        Type = i == 11 ? UpdateType.Category : UpdateType.Software,
        Title = $"Update {i}",
        DocumentDigest = new byte[32],
        IsExplicitlyDeployable = i != 10,
        PublicationState = i == 9 ? PublicationState.Expired : PublicationState.Published,
        BundledUpdates = i == 8 ? [new BundleGroup([new RevisionId(Id(2, 10), 100)])] : [],
        SupersededUpdates = superseded is { } other ? [other] : [],
    };

    private static Guid Id(int kind, int number) => new(number + 1, (short)kind, 0, 0, 0, 0, 0, 0, 0, 0, 1);
}
