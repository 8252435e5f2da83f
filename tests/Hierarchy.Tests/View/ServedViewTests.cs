using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.View;

public sealed class ServedViewTests
{
    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Guid EpochId = Guid.NewGuid();
    private static readonly Membership Everyone = GroupTree.BuiltIn.MembershipOf([]);
    private int _nextRevisionId = 1;

    [Fact]
    public void Decide_NothingApproved_IsEvaluatedAllTheSame()
    {
        var update = Revision(Guid.NewGuid(), 100, 1);
        var view = View([new ViewRecord.Revision(update)], 1);

        Assert.Equal([(update.RevisionId, DecisionAction.Evaluate)], Decisions(view));
    }

    [Fact]
    public void Decide_Approved_IsInstalledWithItsDeadline()
    {
        var update = Revision(Guid.NewGuid(), 100, 1);
        var deadline = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        var view = View([new ViewRecord.Revision(update), Approve(update, 2, deadline)], 2);

        var decisions = new List<Decision>();
        view.Decide(view.Updates[update.Id.UpdateId], Everyone, decisions);
        Assert.Equal(new Decision(update, DecisionAction.Install, deadline), Assert.Single(decisions));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decide_DeclinedOrExpired_IsNotOffered(bool declined)
    {
        var update = Revision(Guid.NewGuid(), 100, 1, expired: !declined);
        var view = View([new ViewRecord.Revision(update), Approve(update, 2), new ViewRecord.Decline(3, update.Id.UpdateId, declined)], 3);

        Assert.Empty(Decisions(view));
    }

    [Theory]
    [InlineData(ApprovalAction.Uninstall, true)]
    [InlineData(ApprovalAction.Install, false)]
    [InlineData(ApprovalAction.OptionalInstall, false)]
    public void Decide_ExpiredAndApproved_IsUninstalledAndNothingElse(ApprovalAction action, bool isTold)
    {
        var update = Revision(Guid.NewGuid(), 100, 1, expired: true);
        var approval = new Approval(update.Id.UpdateId, TargetGroup.AllComputers.Id, 100, action, null);

        var view = View([new ViewRecord.Revision(update), new ViewRecord.Approved(2, approval)], 2);

        Assert.Equal(isTold ? [(update.RevisionId, DecisionAction.Uninstall)] : [], Decisions(view));
        Assert.Empty(Decisions(Next(view, [new ViewRecord.Decline(3, update.Id.UpdateId, IsDeclined: true)], 3)));
    }

    [Fact]
    public void Decide_RecordsInAnyOrder_SameDecisions()
    {
        var child = Revision(Guid.NewGuid(), 100, 4, deployable: false);
        var bundle = Revision(Guid.NewGuid(), 100, 2, children: [child.Id]);
        ViewRecord[] records = [Approve(bundle, 1), new ViewRecord.Revision(bundle), new ViewRecord.Revision(child)];

        var forward = Decisions(View(records, 4));
        var backward = Decisions(View(records.Reverse().ToArray(), 4));

        Assert.Equal(forward, backward);
        Assert.Equal([(bundle.RevisionId, DecisionAction.Install), (child.RevisionId, DecisionAction.Bundle)], forward.OrderByDescending(each => each.Item1 == bundle.RevisionId));
    }

    [Fact]
    public void Decide_BundleNamesAnOlderRevision_BothAreSent()
    {
        var id = Guid.NewGuid();
        var old = Revision(id, 100, 1, deployable: false);
        var latest = Revision(id, 101, 2, deployable: false);
        var bundle = Revision(Guid.NewGuid(), 100, 3, children: [old.Id]);

        var view = View([new ViewRecord.Revision(old), new ViewRecord.Revision(latest), new ViewRecord.Revision(bundle)], 3);

        Assert.Contains((old.RevisionId, DecisionAction.Bundle), Decisions(view));
        Assert.Contains((latest.RevisionId, DecisionAction.Evaluate), Decisions(view));
    }

    [Fact]
    public void ChangedSince_ApprovalRemoved_NamesTheUpdate()
    {
        var update = Revision(Guid.NewGuid(), 100, 1);
        var other = Revision(Guid.NewGuid(), 100, 2);
        var before = View([new ViewRecord.Revision(update), new ViewRecord.Revision(other), Approve(update, 3)], 3);

        var after = Next(before, [new ViewRecord.ApprovalRemoved(4, update.Id.UpdateId, TargetGroup.AllComputers.Id)], 4);

        Assert.Equal([update.Id.UpdateId], after.ChangedSince(3).Select(each => each.UpdateId));
        Assert.Contains((update.RevisionId, DecisionAction.Evaluate), Decisions(after));
        Assert.Empty(after.ChangedSince(4));
    }

    [Fact]
    public void ChangedSince_BeyondWhatIsRemembered_ScansAndMissesNothing()
    {
        var updates = Enumerable.Range(0, 3000).Select(i => Revision(Guid.NewGuid(), 100, i + 1)).ToArray();
        var view = View([new ViewRecord.Revision(updates[0])], 1);
        for (var i = 1; i < updates.Length; i++)
            view = Next(view, [new ViewRecord.Revision(updates[i])], i + 1);

        foreach (var since in new[] { 0, 1, 1500, 1975, 1976, 1977, 2999 })
            Assert.Equal(updates.Skip(since).Select(each => each.Id.UpdateId).Order(), view.ChangedSince(since).Select(each => each.UpdateId).Order());
    }

    [Fact]
    public void CanTellChangesSince_RevisionRemovedLater_No()
    {
        var update = Revision(Guid.NewGuid(), 100, 1);
        var view = Next(View([new ViewRecord.Revision(update)], 1), [new ViewRecord.RevisionRemoved(2, update.Id)], 2);

        Assert.False(view.CanTellChangesSince(1));
        Assert.True(view.CanTellChangesSince(2));
        Assert.Null(view.Find(update.RevisionId));
        Assert.Empty(Decisions(view));
    }

    [Fact]
    public void Build_BundleGetsANewRevision_OldChildrenComeFree()
    {
        var child = Revision(Guid.NewGuid(), 100, 1, deployable: false);
        var bundleId = Guid.NewGuid();
        var view = View([new ViewRecord.Revision(child), new ViewRecord.Revision(Revision(bundleId, 100, 2, children: [child.Id]))], 2);

        view = Next(view, [new ViewRecord.Revision(Revision(bundleId, 101, 3))], 3);

        Assert.Contains((child.RevisionId, DecisionAction.Evaluate), Decisions(view));
        Assert.Contains(child.Id.UpdateId, view.ChangedSince(2).Select(each => each.UpdateId));
    }

    [Fact]
    public void MembershipOf_ComputerWithAnAssignment_CountsThereAndNotWhereItAsks()
    {
        var pilot = new TargetGroup(Guid.NewGuid(), "Pilot", TargetGroup.AllComputers.Id);
        var servers = new TargetGroup(Guid.NewGuid(), "Servers", TargetGroup.AllComputers.Id);
        var view = View(
            [
                new ViewRecord.Group(1, pilot.Id, pilot), new ViewRecord.Group(2, servers.Id, servers),
                new ViewRecord.Assignment(3, "pc-1", new GroupAssignment("pc-1", "", [servers.Id])),
                new ViewRecord.Assignment(4, "pc-2", new GroupAssignment("pc-2", "", [])),
                new ViewRecord.Assignment(5, "pc-3", new GroupAssignment("pc-3", "", [Guid.NewGuid()])),
            ],
            5);

        Assert.Equal(["Servers"], view.MembershipOf(new ComputerFacts("PC-1") { Named = ["Pilot"] }).Direct);
        Assert.Equal(["Pilot"], view.MembershipOf(new ComputerFacts("pc-2") { Named = ["Pilot"] }).Direct);
        Assert.Equal(["Unassigned Computers"], view.MembershipOf(new ComputerFacts("pc-3") { Named = ["Pilot"] }).Direct);
        Assert.Equal(["Pilot"], view.MembershipOf(new ComputerFacts("pc-4") { Named = ["Pilot"] }).Direct);
        Assert.Equal(["Pilot"], Next(view, [new ViewRecord.Assignment(6, "pc-1", null)], 6).MembershipOf(new ComputerFacts("pc-1") { Named = ["Pilot"] }).Direct);
    }

    [Fact]
    public void Decide_ApprovalsThatStayWithTheirRevision_AllocatesNothing()
    {
        var ids = Enumerable.Range(1, 200).Select(number => new Guid(number, 0, 0, new byte[8])).ToArray();
        var view = View(
            [
                .. ids.SelectMany((id, index) => new ViewRecord[]
                {
                    new ViewRecord.Revision(Revision(id, 100, (2 * index) + 1)), new ViewRecord.Revision(Revision(id, 101, (2 * index) + 2)),
                    new ViewRecord.Approved(1000 + index, new Approval(id, TargetGroup.AllComputers.Id, 100 + (index % 2), ApprovalAction.Install, null)),
                }),
                new ViewRecord.Settings(2000, new DecisionSettings { KeepsApprovedRevisions = true }),
            ],
            2000);
        var decisions = new List<Decision>(1000);
        foreach (var id in ids) view.Decide(view.Updates[id], Everyone, decisions);
        Assert.Equal(100, decisions.Count(decision => decision.Entry.Id.RevisionNumber == 100));
        decisions.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var id in ids) view.Decide(view.Updates[id], Everyone, decisions);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(200, decisions.Count);
    }

    [Fact]
    public void PlacesAs_WhatPlacesComputersChanged_IsFalseAndOtherwiseTrue()
    {
        var pilot = new TargetGroup(Guid.NewGuid(), "Pilot", TargetGroup.AllComputers.Id);
        var view = View([new ViewRecord.Group(1, pilot.Id, pilot), new ViewRecord.Assignment(2, "pc", new GroupAssignment("pc", "", [pilot.Id]))], 2);
        var update = Revision(Guid.NewGuid(), 100, 3);

        Assert.True(Next(view, [new ViewRecord.Revision(update), Approve(update, 4), new ViewRecord.Tree(5, new TreeSettings { DefaultSite = "here" })], 5).PlacesAs(view));
        Assert.False(Next(view, [new ViewRecord.Assignment(3, "pc", null)], 3).PlacesAs(view));
        Assert.False(Next(view, [new ViewRecord.Group(3, pilot.Id, pilot with { Name = "Other" })], 3).PlacesAs(view));
        Assert.False(Next(view, [new ViewRecord.Tree(3, new TreeSettings { Targeting = Targeting.Client })], 3).PlacesAs(view));
    }

    [Fact]
    public void AcceptedEulas_AcceptanceTakenBack_IsGone()
    {
        var eula = Guid.NewGuid();
        var view = View([new ViewRecord.Eula(1, eula, IsAccepted: true)], 1);

        Assert.Contains(eula, view.AcceptedEulas);
        Assert.Empty(Next(view, [new ViewRecord.Eula(2, eula, IsAccepted: false)], 2).AcceptedEulas);
    }

    private static List<(int, DecisionAction)> Decisions(ServedView view)
    {
        var decisions = new List<Decision>();
        foreach (var update in view.Updates.Values.OrderBy(each => each.UpdateId))
            view.Decide(update, Everyone, decisions);
        return decisions.Select(decision => (decision.Entry.RevisionId, decision.Action)).ToList();
    }

    private static ServedView View(IReadOnlyList<ViewRecord> records, long sequence) => Next(previous: null, records, sequence);

    private static ServedView Next(ServedView? previous, IReadOnlyList<ViewRecord> records, long sequence)
    {
        var builder = new ServedViewBuilder(previous);
        foreach (var record in records)
            builder.Apply(record);
        return builder.Build(new LogHead(new Position(Log, 1, EpochId, sequence), 0, 0, new byte[2048]));
    }

    private static ViewRecord.Approved Approve(CatalogEntry update, long sequence, DateTimeOffset? deadline = null) =>
        new(sequence, new Approval(update.Id.UpdateId, TargetGroup.AllComputers.Id, update.Id.RevisionNumber, ApprovalAction.Install, deadline));

    private CatalogEntry Revision(Guid id, int number, long sequence, bool expired = false, bool deployable = true, RevisionId[]? children = null) => new()
    {
        RevisionId = _nextRevisionId++,
        Id = new RevisionId(id, number),
        Sequence = sequence,
        Type = UpdateType.Software,
        Title = "An update",
        DocumentDigest = new byte[32],
        PublicationState = expired ? PublicationState.Expired : PublicationState.Published,
        IsExplicitlyDeployable = deployable,
        BundledUpdates = (children ?? []).Select(child => new BundleGroup([child])).ToArray(),
    };
}
