using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Upstream.Decisions;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.Server.Decisions;

/// <summary>What an upstream's answer to GetDeployments means here.</summary>
public sealed class DecisionFoldTests
{
    private static readonly Uri Upstream = new("http://wsus.example:8530");
    private static readonly DateTimeOffset Now = new(2026, 10, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Update = Guid.NewGuid();
    private static readonly UpstreamTargetGroup All = new(TargetGroup.AllComputers.Id, null, "Alle Computer", IsBuiltin: true);
    private static readonly UpstreamTargetGroup Unassigned = new(TargetGroup.UnassignedComputers.Id, null, "Nicht zugewiesene Computer", IsBuiltin: true);
    private static readonly UpstreamTargetGroup Pilot = new(Guid.NewGuid(), TargetGroup.AllComputers.Id, "Pilot", IsBuiltin: false);
    private static readonly UpstreamTargetGroup Berlin = new(Guid.NewGuid(), Pilot.Id, "Berlin", IsBuiltin: false);
    private static readonly UpstreamDeployments Nothing = new() { Groups = [All, Unassigned], HiddenUpdates = [], AcceptedEulas = [] };

    [Theory]
    [InlineData(0, true, ApprovalAction.Install)]
    [InlineData(0, false, ApprovalAction.OptionalInstall)]
    [InlineData(1, true, ApprovalAction.Uninstall)]
    [InlineData(2, true, null)]
    [InlineData(3, true, ApprovalAction.NotApproved)]
    [InlineData(4, true, null)]
    [InlineData(5, true, null)]
    [InlineData(6, true, null)]
    public void Actions_OfTheWire_BecomeApprovalsOrNothing(int action, bool isAssigned, ApprovalAction? expected)
    {
        var answer = Nothing with { Groups = [All, Unassigned, Pilot] };
        var deployment = Deployment(Pilot.Id, action) with { IsAssigned = isAssigned };

        var view = Apply(ServedView.Empty, Fold(answer, deployment));

        Assert.Equal(expected, view.Updates.GetValueOrDefault(Update)?.Approvals.SingleOrDefault()?.Action);
    }

    [Fact]
    public void Groups_KeepTheirIdsAndParentsAndTheBuiltInOnesTheirNames()
    {
        var view = Apply(ServedView.Empty, Fold(Nothing with { Groups = [All, Unassigned, Berlin, Pilot] }));

        Assert.Equal(["All Computers", "Berlin", "Pilot", "Unassigned Computers"], view.Groups.Groups.Select(group => group.Name).Order());
        Assert.Equal(Pilot.Id, view.Groups.Find(Berlin.Id)!.ParentId);
        Assert.Equal(2, view.Groups.DepthOf(Berlin.Id));
    }

    [Fact]
    public void State_ThatIsSoAlready_MakesNoChange()
    {
        var answer = Nothing with { Groups = [All, Unassigned, Pilot], HiddenUpdates = [Guid.NewGuid()], AcceptedEulas = [Guid.NewGuid()] };
        var deployment = Deployment(Pilot.Id, 0) with { Deadline = Now.AddTicks(7), AdminName = "LAB\\admin" };

        var view = Apply(ServedView.Empty, Fold(answer, deployment));

        Assert.Empty(Fold(answer, deployment).ChangesOf(view));
    }

    [Fact]
    public void State_OfThisRootAlone_GivesWayToTheUpstreams()
    {
        var mine = new TargetGroup(Guid.NewGuid(), "Mine", TargetGroup.AllComputers.Id);
        var view = Apply(ServedView.Empty, Changes(
            CatalogRecords.Group(mine),
            CatalogRecords.Approval(new Approval(Update, mine.Id, 1, ApprovalAction.Install, null), Now, "me"),
            CatalogRecords.Decline(Update, Now, "me"),
            CatalogRecords.Eula(Guid.NewGuid(), Now, "me")));

        view = Apply(view, Fold(Nothing));

        Assert.Null(view.Groups.Find(mine.Id));
        Assert.Empty(view.Updates[Update].Approvals);
        Assert.False(view.Updates[Update].IsDeclined);
        Assert.Empty(view.AcceptedEulas);
    }

    [Fact]
    public void Lists_ThatWereLeftOut_ChangeNothingOfTheirKind()
    {
        var view = Apply(ServedView.Empty, Changes(
            CatalogRecords.Group(new TargetGroup(Pilot.Id, "Pilot", TargetGroup.AllComputers.Id)), CatalogRecords.Decline(Guid.NewGuid(), Now, "x"), CatalogRecords.Eula(Guid.NewGuid(), Now, "x")));

        Assert.Empty(Fold(new UpstreamDeployments()).ChangesOf(view));
    }

    [Fact]
    public void Deployments_OfSeveralRevisions_TheHighestCounts()
    {
        UpstreamDeployment[] deployments = [Deployment(All.Id, 1, revision: 101), Deployment(All.Id, 0, revision: 102), Deployment(All.Id, 1, revision: 100)];

        foreach (var order in new[] { deployments, [.. deployments.Reverse()] })
        {
            var approval = Assert.Single(Apply(ServedView.Empty, Fold(Nothing, order)).Updates[Update].Approvals);
            Assert.Equal((102, ApprovalAction.Install), (approval.RevisionNumber, approval.Action));
        }
    }

    [Fact]
    public void Deployment_GoingLiveLater_Waits()
    {
        var deployment = Deployment(All.Id, 0) with { GoLiveTime = Now.AddMinutes(1) };
        var fold = Fold(Nothing, deployment);

        Assert.Empty(fold.ChangesOf(ServedView.Empty));
        Assert.Equal(1, fold.Waiting);
        Assert.NotEmpty(new DecisionFold(Nothing, [deployment], Upstream, Now.AddMinutes(1)).ChangesOf(ServedView.Empty));
    }

    [Fact]
    public void Deployment_ForAGroupThatIsGone_CountsNoMore()
    {
        var with = Nothing with { Groups = [All, Unassigned, Pilot] };
        var deployment = Deployment(Pilot.Id, 0);
        var view = Apply(ServedView.Empty, Fold(with, deployment));

        view = Apply(view, Fold(Nothing, deployment));

        Assert.Empty(view.Updates[Update].Approvals);
        Assert.Null(view.Groups.Find(Pilot.Id));
    }

    [Fact]
    public void Block_OnAllComputers_IsNoApprovalAndUnknownActionsAreCounted()
    {
        var fold = Fold(Nothing, Deployment(All.Id, 3), Deployment(All.Id, 99));

        Assert.Empty(fold.ChangesOf(ServedView.Empty));
        Assert.Equal(1, fold.NotUnderstood);
    }

    [Fact]
    public void Changes_WhatRestrictsComesFirst()
    {
        var other = Guid.NewGuid();
        var view = Apply(ServedView.Empty, Changes(
            CatalogRecords.Decline(other, Now, "x"), CatalogRecords.Approval(new Approval(other, All.Id, 1, ApprovalAction.Install, null), Now, "x")));
        var answer = Nothing with { Groups = [All, Unassigned, Pilot], HiddenUpdates = [Guid.NewGuid()] };

        var kinds = Fold(answer, Deployment(All.Id, 0), Deployment(Pilot.Id, 3)).ChangesOf(view).Select(change => ((int)change.Kind, change.Payload is not null)).ToArray();

        // Decline, approval withdrawn, group, not approved, approved, decline lifted.
        Assert.Equal([(3, true), (5, false), (4, true), (5, true), (5, true), (3, false)], kinds);
    }

    private static DecisionFold Fold(UpstreamDeployments answer, params UpstreamDeployment[] living) => new(answer, living, Upstream, Now);

    private static Change[] Changes(params Change[] changes) => changes;

    private static ServedView Apply(ServedView view, DecisionFold fold) => Apply(view, fold.ChangesOf(view));

    private static ServedView Apply(ServedView view, IReadOnlyList<Change> changes)
    {
        var builder = new ServedViewBuilder(view);
        var sequence = view.Head.Position.Sequence;
        foreach (var change in changes)
            builder.Apply(CatalogRecords.Read(new ChangeRecord(++sequence, change.Kind, change.Key, change.Payload))!); // All of these kinds are shown.
        return builder.Build(new LogHead(new Position(new LogId(Update), 1, Update, Math.Max(sequence, 1)), 0, 0, new byte[2048]));
    }

    private static UpstreamDeployment Deployment(Guid group, int action, int revision = 100) => new()
    {
        Id = Guid.NewGuid(), Revision = new RevisionId(Update, revision), TargetGroupId = group, Action = (DeploymentAction)action, IsAssigned = true, GoLiveTime = Now.AddDays(-1),
    };
}
