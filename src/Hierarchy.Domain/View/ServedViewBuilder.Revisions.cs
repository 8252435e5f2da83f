using System.Collections.Immutable;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Domain.View;

// Which revisions approvals count for. It hangs on several records at once, which come in any order, so it is worked out when a view is built, for the updates that may be concerned. What it does to the sequences
// by which clients are told of changes hangs on the records alone, and not on how they were divided into views: a server that starts anew tells the same.
public sealed partial class ServedViewBuilder
{
    private readonly ImmutableDictionary<Guid, long>.Builder _eulaChangedAt;
    private readonly HashSet<Guid> _unsettled = [];
    private bool _isAllUnsettled;

    private void Settle()
    {
        var choice = new RevisionChoice(FindRevision, _acceptedEulas.Contains, _settings);
        IEnumerable<Guid> concerned = _isAllUnsettled
            ? _updates.Values.Where(update => update.Approvals.Count > 0 || update.Held.Length > 0 || update.Revisions.Count > 1).Select(update => update.UpdateId)
            : _unsettled;
        foreach (var id in concerned.ToArray())
            if (_updates.TryGetValue(id, out var update))
                Settle(update, choice);
        _unsettled.Clear();
        _isAllUnsettled = false;
    }

    private void Settle(UpdateEntry update, RevisionChoice choice)
    {
        var held = choice.Of(update);
        var isSame = held.AsSpan().SequenceEqual(update.Held.AsSpan());
        if (!isSame)
        {
            _updates[update.UpdateId] = update with { Held = held };
            if (_previous is not null) _touched.Add(update.UpdateId);
            if (_overlay != LogId.None && _recentlyDecided is not null) _decided.Add(update.UpdateId);
        }

        var isLicensed = TouchForLicences(update);
        if (!isSame || held.Length > 0) LinkHeld(update, held);
        // Where approvals may stay behind, what older revisions bring comes and goes with decisions about the update.
        if (update.Revisions.Count > 1 && (isLicensed || _settings.KeepsApprovedRevisions || update.Held.Length > 0)) TouchOlderChildren(_updates[update.UpdateId]);
    }

    /// <summary>Whether licences are accepted decides about the update, too. True when one of its revisions asks for one.</summary>
    private bool TouchForLicences(UpdateEntry update)
    {
        if (update.Approvals.Count == 0 && update.Revisions.Count < 2) return false;
        var (catalog, decided, isLicensed) = (0L, 0L, false);
        // All that is brought counts, with a licence or not: what comes late may be what leads to a licence that was there before it.
        foreach (var revision in update.Revisions)
            foreach (var brought in Eulas.BroughtBy(FindRevision, revision))
            {
                catalog = Math.Max(catalog, brought.Sequence);
                if (brought.EulaId is not { } licence) continue;
                isLicensed = true;
                decided = Math.Max(decided, _eulaChangedAt.GetValueOrDefault(licence));
            }

        if (isLicensed && update.Approvals.Count > 0) Raise(update.UpdateId, catalog, decided);
        return isLicensed;
    }

    private void TouchOlderChildren(UpdateEntry update)
    {
        var decided = _overlay == LogId.None ? 0 : _decidedAt.GetValueOrDefault(update.UpdateId);
        for (var i = 0; i < update.Revisions.Count - 1; i++)
            foreach (var child in update.Revisions[i].BundledUpdates.SelectMany(group => group.AnyOf))
                if (_updates.ContainsKey(child.UpdateId))
                    Raise(child.UpdateId, update.ChangedAt, decided);
    }

    /// <summary>Children of revisions that somebody still gets are named by their bundle as those of the latest one are.</summary>
    private void LinkHeld(UpdateEntry before, ImmutableArray<HeldApproval> held)
    {
        var latest = before.Latest is null ? [] : ChildrenOf([before.Latest]);
        var wanted = ChildrenOf(held.Select(approval => approval.Entry));
        foreach (var child in ChildrenOf(before.Held.Select(approval => approval.Entry)))
        {
            if (latest.Contains(child) || wanted.Contains(child)) continue;
            var parents = ParentsOf(child).Remove(before.UpdateId);
            if (parents.IsEmpty) _bundleParents.Remove(child);
            else _bundleParents[child] = parents;
        }

        foreach (var child in wanted)
            if (ParentsOf(child) is var parents && !parents.Contains(before.UpdateId))
                _bundleParents[child] = parents.Add(before.UpdateId);
    }

    private static HashSet<RevisionId> ChildrenOf(IEnumerable<CatalogEntry?> entries) => [.. entries.SelectMany(entry => entry?.BundledUpdates ?? []).SelectMany(group => group.AnyOf)];

    /// <summary>Clients that stand before one of these sequences are told of the update; nothing where they are told already.</summary>
    private void Raise(Guid updateId, long catalog, long decided)
    {
        if (_overlay == LogId.None) (catalog, decided) = (Math.Max(catalog, decided), 0);
        if (catalog > _updates[updateId].ChangedAt) Change(updateId, catalog, update => update);
        if (decided > _decidedAt.GetValueOrDefault(updateId)) Decide(updateId, decided, update => update);
    }

    private CatalogEntry? FindRevision(RevisionId id) => _updates.TryGetValue(id.UpdateId, out var update) ? update.Find(id.RevisionNumber) : null;
}
