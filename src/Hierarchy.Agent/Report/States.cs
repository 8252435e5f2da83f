using Hierarchy.Agent.Download;
using Hierarchy.Agent.Install;
using Hierarchy.Agent.Office;
using Hierarchy.Agent.Scan;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Report;

/// <summary>What is reported of each update: the scan's verdict, and what downloads and installations add to it.</summary>
internal static class States
{
    /// <summary>One state per update, and one for each user whose copy of Office it is for: those of its newest revision. Categories and detectoids are conditions, and are not reported.</summary>
    internal static IEnumerable<ReportedState> Of(ScanResult scan, OfficePlan office, InstallJournal journal, ContentFolder content, string boot)
    {
        var downloaded = office.Plan.Updates.Where(update => content.ContainsAll(update.Files)).Select(update => (update.Decision.Id, update.UserName)).ToHashSet();
        var newest = new Dictionary<Guid, UpdateRevision>();
        foreach (var revision in scan.Revisions.Values)
        {
            if (revision.Type is UpdateType.Category or UpdateType.Detectoid) continue;
            if (!newest.TryGetValue(revision.Id.UpdateId, out var other) || other.Id.RevisionNumber < revision.Id.RevisionNumber) newest[revision.Id.UpdateId] = revision;
        }

        foreach (var revision in newest.Values)
            yield return Say(revision.Id, "", office.UsersOnly.Contains(revision.Id) ? UpdateState.NotApplicable : scan.StateOf(revision.Id));
        foreach (var (id, user, state) in office.Users)
            if (newest.TryGetValue(id.UpdateId, out var revision) && revision.Id == id)
                yield return Say(id, user, state);

        ReportedState Say(RevisionId id, string user, UpdateState scanned)
        {
            var isRemovalWanted = scan.Decisions[id].Action == Domain.Approvals.DecisionAction.Uninstall;
            var (state, code) = One(scanned, journal.Last(id, user), boot, isRemovalWanted);
            if (state == UpdateState.NotInstalled && downloaded.Contains((id, user))) state = UpdateState.Downloaded;
            return new ReportedState(id.UpdateId, user, id.RevisionNumber, state, code, state is UpdateState.Installed or UpdateState.InstalledPendingReboot ? HoldReason.None : office.HoldOf(id, user));
        }
    }

    /// <summary>The state of an update that was attempted before.</summary>
    internal static (UpdateState State, int Code) One(UpdateState scanned, InstallAttempt? attempt, string boot, bool isRemovalWanted = false)
    {
        if (attempt is { IsRemoval: true })
        {
            // One that is wanted no more leaves what it could not remove: that is installed, and nothing failed.
            if (scanned != UpdateState.Installed || !isRemovalWanted || attempt is not { FinishedAt: not null, IsConfirmed: false }) return (scanned, 0);
            if (attempt is { HasSucceeded: true, NeedsRestart: true }) return attempt.Boot == boot ? (UpdateState.InstalledPendingReboot, attempt.Code) : (UpdateState.Installed, 0);
            return (UpdateState.Failed, attempt.Code);
        }

        // What is installed is installed; and one that was confirmed once and is needed again was removed since.
        if (scanned != UpdateState.NotInstalled || attempt is not { FinishedAt: not null, IsConfirmed: false }) return (scanned, 0);
        if (attempt is { HasSucceeded: true, NeedsRestart: true })
            return attempt.Boot == boot ? (UpdateState.InstalledPendingReboot, attempt.Code) : (UpdateState.NotInstalled, 0);
        return (UpdateState.Failed, attempt.Code);
    }
}
