using Hierarchy.Agent.Download;
using Hierarchy.Agent.Install;
using Hierarchy.Agent.Scan;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Report;

/// <summary>What is reported of each update: the scan's verdict, and what downloads and installations add to it.</summary>
internal static class States
{
    /// <summary>One state per update: that of its newest revision. Categories and detectoids are conditions, and are not reported.</summary>
    internal static IEnumerable<(Guid UpdateId, int RevisionNumber, UpdateState State, int Code)> Of(
        ScanResult scan, InstallPlan plan, InstallJournal journal, ContentFolder content, string boot)
    {
        var downloaded = plan.Updates.Where(update => content.ContainsAll(update.Files)).Select(update => update.Decision.Id).ToHashSet();
        var newest = new Dictionary<Guid, UpdateRevision>();
        foreach (var revision in scan.Revisions.Values)
        {
            if (revision.Type is UpdateType.Category or UpdateType.Detectoid) continue;
            if (!newest.TryGetValue(revision.Id.UpdateId, out var other) || other.Id.RevisionNumber < revision.Id.RevisionNumber) newest[revision.Id.UpdateId] = revision;
        }

        foreach (var revision in newest.Values)
        {
            var (state, code) = One(scan.StateOf(revision.Id), journal.Last(revision.Id), boot);
            if (state == UpdateState.NotInstalled && downloaded.Contains(revision.Id)) state = UpdateState.Downloaded;
            yield return (revision.Id.UpdateId, revision.Id.RevisionNumber, state, code);
        }
    }

    /// <summary>The state of an update that was attempted before.</summary>
    internal static (UpdateState State, int Code) One(UpdateState scanned, InstallAttempt? attempt, string boot)
    {
        // What is installed is installed; and one that was confirmed once and is needed again was removed since.
        if (scanned != UpdateState.NotInstalled || attempt is not { FinishedAt: not null, IsConfirmed: false }) return (scanned, 0);
        if (attempt is { HasSucceeded: true, NeedsRestart: true })
            return attempt.Boot == boot ? (UpdateState.InstalledPendingReboot, attempt.Code) : (UpdateState.NotInstalled, 0);
        return (UpdateState.Failed, attempt.Code);
    }
}
