using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.View;

/// <summary>Views of two logs: the catalog of one, the decisions of the other.</summary>
public sealed class OverlaidViewTests
{
    private static readonly LogId Tree = new(Guid.NewGuid());
    private static readonly LogId Overlay = new(Guid.NewGuid());
    private static readonly Guid EpochId = Guid.NewGuid();
    private int _nextRevisionId = 1;

    [Fact]
    public void ChangedSince_EachLog_NamesWhatChangedInThatLogAlone()
    {
        var (first, second) = (Revision(1), Revision(2));
        var view = Next(previous: null, [new ViewRecord.Revision(first), new ViewRecord.Revision(second)], tree: 100, overlay: 7);
        // Overlay sequences are far below those of the tree: they must not be held against each other.
        view = Next(view, [Approve(first, 8)], tree: 100, overlay: 8);

        Assert.Equal([first.Id.UpdateId], view.ChangedSince(100, 7).Select(each => each.UpdateId));
        Assert.Empty(view.ChangedSince(100, 8));
        Assert.Equal(DecisionAction.Install, ActionOf(view, first));
        Assert.Equal(DecisionAction.Evaluate, ActionOf(view, second));

        var third = Revision(101);
        var after = Next(view, [new ViewRecord.Revision(third)], tree: 101, overlay: 8);
        Assert.Equal([third.Id.UpdateId], after.ChangedSince(100, 8).Select(each => each.UpdateId));
        Assert.Equal(new[] { first.Id.UpdateId, third.Id.UpdateId }.Order(), after.ChangedSince(100, 7).Select(each => each.UpdateId).Order());
    }

    [Fact]
    public void ChangedSince_DecidedBeyondWhatIsRemembered_ScansAndMissesNothing()
    {
        var updates = Enumerable.Range(0, 1500).Select(i => Revision(i + 1)).ToArray();
        var view = Next(previous: null, [.. updates.Select(each => new ViewRecord.Revision(each))], tree: 1500, overlay: 1);
        for (var i = 0; i < updates.Length; i++)
            view = Next(view, [Approve(updates[i], i + 2)], tree: 1500, overlay: i + 2);

        foreach (var since in new[] { 1, 2, 400, 1400, 1501 })
            Assert.Equal(updates.Skip(since - 1).Select(each => each.Id.UpdateId).Order(), view.ChangedSince(1500, since).Select(each => each.UpdateId).Order());
    }

    [Fact]
    public void ChangedSince_BundleDeclinedInTheOverlay_NamesItsChildren()
    {
        var child = Revision(1, deployable: false);
        var bundle = Revision(2, children: [child.Id]);
        var view = Next(previous: null, [new ViewRecord.Revision(child), new ViewRecord.Revision(bundle)], tree: 2, overlay: 1);

        view = Next(view, [new ViewRecord.Decline(2, bundle.Id.UpdateId, IsDeclined: true)], tree: 2, overlay: 2);

        Assert.Equal(new[] { child.Id.UpdateId, bundle.Id.UpdateId }.Order(), view.ChangedSince(2, 1).Select(each => each.UpdateId).Order());
        Assert.Equal(DecisionAction.Evaluate, ActionOf(view, child));
    }

    [Fact]
    public void CanTellChangesSince_BelowTheFloorOfTheOverlay_No()
    {
        var builder = new ServedViewBuilder(previous: null, Overlay);
        var view = builder.Build(Head(Tree, 50), Head(Overlay, 9) with { Floor = 5 });

        Assert.False(view.CanTellChangesSince(50, 4));
        Assert.True(view.CanTellChangesSince(50, 5));
    }

    [Fact]
    public void ScopeHash_OtherDecider_IsAnother()
    {
        var plain = new ServedViewBuilder().Build(Head(Tree, 1));
        var overlaid = Next(previous: null, [], tree: 1, overlay: 1);
        var other = new ServedViewBuilder(previous: null, new LogId(Guid.NewGuid())).Build(Head(Tree, 1), Head(new LogId(Guid.NewGuid()), 1));

        var hashes = new[] { plain, overlaid, other }.Select(view => Convert.ToHexString(view.MembershipOf(new ComputerFacts("pc")).ScopeHash)).ToArray();
        Assert.Equal(3, hashes.Distinct().Count());
        Assert.Equal(Convert.ToHexString(GroupTree.BuiltIn.MembershipOf([]).ScopeHash), hashes[0]);
        Assert.Equal(hashes[1], Convert.ToHexString(Next(overlaid, [], tree: 2, overlay: 2).MembershipOf(new ComputerFacts("pc")).ScopeHash));
    }

    [Fact]
    public void ForgetDecisions_WhatAnotherLogDecided_IsGoneAndTheCatalogStays()
    {
        var (update, eula) = (Revision(1), Guid.NewGuid());
        var pilot = new TargetGroup(Guid.NewGuid(), "Pilot", TargetGroup.AllComputers.Id);
        var plain = new ServedViewBuilder();
        foreach (var record in new ViewRecord[]
        {
            new ViewRecord.Revision(update), Approve(update, 2), new ViewRecord.Group(3, pilot.Id, pilot), new ViewRecord.Eula(4, eula, IsAccepted: true),
            new ViewRecord.Assignment(5, "pc", new GroupAssignment("pc", "", [pilot.Id])), new ViewRecord.Decline(6, Guid.NewGuid(), IsDeclined: true),
        })
            plain.Apply(record);

        var builder = new ServedViewBuilder(plain.Build(Head(Tree, 6)), Overlay);
        builder.ForgetDecisions();
        var view = builder.Build(Head(Tree, 6), Head(Overlay, 1));

        Assert.Equal(DecisionAction.Evaluate, ActionOf(view, update));
        Assert.Null(view.Groups.Find("Pilot"));
        Assert.Empty(view.AcceptedEulas);
        Assert.Empty(view.Assignments);
        Assert.DoesNotContain(view.Updates.Values, each => each.IsDeclined);
    }

    [Fact]
    public void DeciderOf_BelowAnAutonomousServer_IsThatOne()
    {
        var (root, lab, replica, plain, orphan) = (Server(1, null), Server(3, null), Server(2, null), Server(2, null), Server(2, Guid.NewGuid()));
        (lab, plain) = (lab with { ParentId = root.Id }, plain with { ParentId = root.Id });
        replica = replica with { ParentId = lab.Id };
        var (a, b) = (Server(2, null), Server(2, null));
        (a, b) = (a with { ParentId = b.Id }, b with { ParentId = a.Id });
        var builder = new ServedViewBuilder();
        foreach (var server in new[] { root, lab, replica, plain, orphan, a, b })
            builder.Apply(new ViewRecord.Server(1, server.Id, server));
        var view = builder.Build(Head(Tree, 1));

        Assert.Equal(root, view.DeciderOf(root.Id));
        Assert.Equal(root, view.DeciderOf(plain.Id));
        Assert.Equal(lab, view.DeciderOf(lab.Id));
        Assert.Equal(lab, view.DeciderOf(replica.Id));
        Assert.Null(view.DeciderOf(orphan.Id));
        Assert.Null(view.DeciderOf(a.Id));
        Assert.Null(view.DeciderOf(Guid.NewGuid()));
    }

    private static EnrolledServer Server(int role, Guid? parent) => new(Guid.NewGuid(), "s", role, "", "http://s:8532", "", parent);

    private static DecisionAction ActionOf(ServedView view, CatalogEntry entry)
    {
        var decisions = new List<Decision>();
        view.Decide(view.Updates[entry.Id.UpdateId], view.MembershipOf(new ComputerFacts("pc")), decisions);
        return Assert.Single(decisions).Action;
    }

    private static ServedView Next(ServedView? previous, IReadOnlyList<ViewRecord> records, long tree, long overlay)
    {
        var builder = new ServedViewBuilder(previous, Overlay);
        foreach (var record in records)
            builder.Apply(record);
        return builder.Build(Head(Tree, tree), Head(Overlay, overlay));
    }

    private static LogHead Head(LogId log, long sequence) => new(new Position(log, 1, EpochId, sequence), 0, 0, new byte[2048]);

    private static ViewRecord.Approved Approve(CatalogEntry update, long sequence) =>
        new(sequence, new Approval(update.Id.UpdateId, TargetGroup.AllComputers.Id, update.Id.RevisionNumber, ApprovalAction.Install, Deadline: null));

    private CatalogEntry Revision(long sequence, bool deployable = true, RevisionId[]? children = null) => new()
    {
        RevisionId = _nextRevisionId++,
        Id = new RevisionId(Guid.NewGuid(), 100),
        Sequence = sequence,
        Type = UpdateType.Software,
        Title = "An update",
        DocumentDigest = new byte[32],
        PublicationState = PublicationState.Published,
        IsExplicitlyDeployable = deployable,
        BundledUpdates = (children ?? []).Select(child => new BundleGroup([child])).ToArray(),
    };
}
