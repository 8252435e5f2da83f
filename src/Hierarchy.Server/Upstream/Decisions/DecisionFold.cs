using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream.Decisions;

/// <summary>
/// What must change so that this root's decisions are the upstream's. It compares whole states, not deltas: whatever died on the way is mended by the next call, and what is so already
/// makes no change. A list that the upstream left out changes nothing of its kind. No I/O.
/// </summary>
internal sealed class DecisionFold
{
    private readonly IReadOnlyList<TargetGroup>? _groups;
    private readonly Dictionary<(Guid UpdateId, Guid GroupId), (Approval Approval, UpstreamDeployment By)> _approvals = [];
    private readonly HashSet<Guid>? _hidden;
    private readonly HashSet<Guid>? _eulas;
    private readonly string _upstream;
    private readonly DateTimeOffset _now;

    /// <param name="answer">The full lists are taken from it.</param>
    /// <param name="living">All deployments that live at the upstream, whichever answer told them.</param>
    /// <param name="upstream">Who decided, for the record, where the upstream does not say.</param>
    /// <param name="now">Deployments that go live later wait.</param>
    public DecisionFold(UpstreamDeployments answer, IEnumerable<UpstreamDeployment> living, Uri upstream, DateTimeOffset now)
    {
        (_upstream, _now) = (upstream.Authority, now);
        _groups = answer.Groups?.Select(ToGroup).Where(group => !group.IsBuiltIn).DistinctBy(group => group.Id).ToArray();
        _hidden = answer.HiddenUpdates?.ToHashSet();
        _eulas = answer.AcceptedEulas?.ToHashSet();
        foreach (var deployment in living)
            Take(deployment);
    }

    /// <summary>Deployments whose action this version does not know; they count as none.</summary>
    public int NotUnderstood { get; private set; }

    /// <summary>Deployments that are not live yet.</summary>
    public int Waiting { get; private set; }

    /// <summary>The changes, what restricts first: should they take several transactions, none of the states between installs what the upstream does not.</summary>
    public IReadOnlyList<Change> ChangesOf(ServedView view)
    {
        var groups = GroupsOf(view);
        var changes = new List<(int Rank, Change Change)>();
        if (_groups is not null) AddGroups(view, changes);
        if (_hidden is not null) AddDeclines(view, _hidden, changes);
        AddApprovals(view, groups, changes);
        if (_eulas is not null) AddEulas(view, _eulas, changes);
        return [.. changes.OrderBy(change => change.Rank).Select(change => change.Change)];
    }

    private static TargetGroup ToGroup(UpstreamTargetGroup group) =>
        new(group.Id, group.Name.Length > 0 ? group.Name : group.Id.ToString("D"), group.ParentId is { } parent && parent != group.Id ? parent : TargetGroup.AllComputers.Id);

    /// <summary>Two deployments of one update for one group differ in their revision: the higher counts, as it does for clients.</summary>
    private void Take(UpstreamDeployment deployment)
    {
        if (ActionOf(deployment) is not { } action) return;
        if (deployment.GoLiveTime > _now)
        {
            Waiting++;
            return;
        }

        var deadline = action is ApprovalAction.Install or ApprovalAction.Uninstall ? deployment.Deadline?.ToUniversalTime() : null;
        var approval = new Approval(deployment.Revision.UpdateId, deployment.TargetGroupId, deployment.Revision.RevisionNumber, action, deadline);
        var key = (approval.UpdateId, approval.GroupId);
        if (_approvals.TryGetValue(key, out var other) && (other.Approval.RevisionNumber, other.By.GoLiveTime ?? DateTimeOffset.MinValue, other.By.Id).CompareTo(
                (approval.RevisionNumber, deployment.GoLiveTime ?? DateTimeOffset.MinValue, deployment.Id)) > 0) return;
        _approvals[key] = (approval, deployment);
    }

    private ApprovalAction? ActionOf(UpstreamDeployment deployment)
    {
        switch (deployment.Action)
        {
            case DeploymentAction.Install:
                // What Automatic Updates does not install by itself is offered: WSUS's optional approval.
                return deployment.IsAssigned ? ApprovalAction.Install : ApprovalAction.OptionalInstall;
            case DeploymentAction.Uninstall:
                return ApprovalAction.Uninstall;
            case DeploymentAction.Block:
                // Nothing is above All Computers that it could stop.
                return deployment.TargetGroupId == TargetGroup.AllComputers.Id ? null : ApprovalAction.NotApproved;
            case DeploymentAction.PreDeploymentCheck or DeploymentAction.Evaluate or DeploymentAction.Bundle:
                return null;
            default:
                NotUnderstood++;
                return null;
        }
    }

    private HashSet<Guid> GroupsOf(ServedView view) =>
        [TargetGroup.AllComputers.Id, TargetGroup.UnassignedComputers.Id, .. _groups is { } told ? told.Select(group => group.Id) : view.Groups.Groups.Select(group => group.Id)];

    private void AddGroups(ServedView view, List<(int, Change)> changes)
    {
        var wanted = _groups!.ToDictionary(group => group.Id); // Called only when they were told.
        foreach (var group in wanted.Values)
            if (view.Groups.Find(group.Id) != group)
                changes.Add((Rank.Groups, CatalogRecords.Group(group)));
        foreach (var group in view.Groups.Groups)
            if (!group.IsBuiltIn && !wanted.ContainsKey(group.Id))
                changes.Add((Rank.GroupsGone, CatalogRecords.NoGroup(group.Id)));
    }

    private void AddDeclines(ServedView view, HashSet<Guid> hidden, List<(int, Change)> changes)
    {
        foreach (var id in hidden)
            if (view.Updates.GetValueOrDefault(id) is not { IsDeclined: true })
                changes.Add((Rank.Declines, CatalogRecords.Decline(id, _now, _upstream)));
        foreach (var update in view.Updates.Values)
            if (update.IsDeclined && !hidden.Contains(update.UpdateId))
                changes.Add((Rank.Lifted, CatalogRecords.NoDecline(update.UpdateId)));
    }

    private void AddApprovals(ServedView view, HashSet<Guid> groups, List<(int, Change)> changes)
    {
        var there = view.Updates.Values.SelectMany(update => update.Approvals).ToDictionary(approval => (approval.UpdateId, approval.GroupId));
        foreach (var (key, (approval, by)) in _approvals)
        {
            if (!groups.Contains(approval.GroupId)) continue;
            var isSame = there.Remove(key, out var known) && known == approval;
            if (isSame) continue;
            changes.Add((
                approval.Action == ApprovalAction.NotApproved ? Rank.Stopped : Rank.Approved,
                CatalogRecords.Approval(approval, by.GoLiveTime ?? _now, by.AdminName.Length > 0 ? by.AdminName : _upstream)));
        }

        foreach (var gone in there.Values)
            changes.Add((gone.Action == ApprovalAction.NotApproved ? Rank.Lifted : Rank.Withdrawn, CatalogRecords.NoApproval(gone.UpdateId, gone.GroupId)));
    }

    private void AddEulas(ServedView view, HashSet<Guid> accepted, List<(int, Change)> changes)
    {
        foreach (var id in accepted.Where(id => !view.AcceptedEulas.Contains(id)))
            changes.Add((Rank.Eulas, CatalogRecords.Eula(id, _now, _upstream)));
        foreach (var id in view.AcceptedEulas.Where(id => !accepted.Contains(id)))
            changes.Add((Rank.Eulas, CatalogRecords.NoEula(id)));
    }

    private static class Rank
    {
        public const int Declines = 0;
        public const int Withdrawn = 1;
        public const int Groups = 2;
        public const int Stopped = 3;
        public const int Eulas = 4;
        public const int Approved = 5;
        public const int Lifted = 6;
        public const int GroupsGone = 7;
    }
}
