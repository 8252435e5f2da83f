using System.Collections.Immutable;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>
/// Which revision an approval counts for. Where approvals stay with their revision: that one, as long as it is in the catalog and published. Otherwise the newest, not before the approved one, whose licences (its own
/// and of what it brings) are all accepted; where there is none, the approved one, since that is what was approved; and without it, none.
/// </summary>
/// <param name="find">Finds a revision.</param>
/// <param name="isAccepted">Whether a licence is.</param>
/// <param name="settings">Of whoever decides.</param>
internal sealed class RevisionChoice(Func<RevisionId, CatalogEntry?> find, Func<Guid, bool> isAccepted, DecisionSettings settings)
{
    /// <summary>The approvals that do not count for the latest revision; none as a rule.</summary>
    public ImmutableArray<HeldApproval> Of(UpdateEntry update)
    {
        // Of what its publisher withdrew, nothing is installed in any revision, and the latest one is removed.
        if (update.Approvals.Count == 0 || update.Latest is not { PublicationState: PublicationState.Published } latest) return [];
        if (!settings.KeepsApprovedRevisions && MayInstall(latest)) return [];
        ImmutableArray<HeldApproval>.Builder? held = null;
        foreach (var approval in update.Approvals)
        {
            var entry = Of(update, latest, approval);
            if (!ReferenceEquals(entry, latest)) (held ??= ImmutableArray.CreateBuilder<HeldApproval>()).Add(new HeldApproval(approval.GroupId, entry));
        }

        return held?.ToImmutable() ?? [];
    }

    private CatalogEntry? Of(UpdateEntry update, CatalogEntry latest, Approval approval)
    {
        if (approval.Action is not (ApprovalAction.Install or ApprovalAction.OptionalInstall or ApprovalAction.Uninstall)) return latest;
        var approved = update.Find(approval.RevisionNumber) is { PublicationState: PublicationState.Published } found ? found : null;
        if (settings.KeepsApprovedRevisions && approved is not null) return approved;
        // What is removed asks for no licence.
        if (approval.Action == ApprovalAction.Uninstall) return latest;
        for (var i = update.Revisions.Count - 1; i >= 0; i--)
        {
            var revision = update.Revisions[i];
            // Of an update whose approved revision is newer than all that are there, the latest counts.
            if (revision.Id.RevisionNumber < approval.RevisionNumber && !ReferenceEquals(revision, latest)) break;
            if (revision.PublicationState == PublicationState.Published && MayInstall(revision)) return revision;
        }

        return approved;
    }

    private bool MayInstall(CatalogEntry entry)
    {
        foreach (var licensed in Eulas.LicensedOf(find, entry))
            if (!isAccepted(licensed.EulaId!.Value)) // Licensed ones have an id.
                return false;
        return true;
    }
}
