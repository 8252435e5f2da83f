using System.Collections.Immutable;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Policies;
using Hierarchy.Domain.Synchronization;

namespace Hierarchy.Domain.View;

/// <summary>
/// Makes the next view from the last one and what changed. Records may come in any order and name what is not there yet: nothing in a log refers to something that must exist.
/// With an overlay, the caller hands over the catalog of the tree's log and the decisions of the overlay, and nothing else. Not safe for concurrent use.
/// </summary>
public sealed partial class ServedViewBuilder
{
    private readonly LayeredDictionary<Guid, UpdateEntry>.Builder _updates;
    private readonly LayeredDictionary<int, RevisionId>.Builder _revisionIds;
    private readonly LayeredDictionary<RevisionId, ImmutableArray<Guid>>.Builder _bundleParents;
    private readonly ImmutableDictionary<Guid, TargetGroup>.Builder _groups;
    private readonly ImmutableDictionary<string, Sites.Site>.Builder _sites;
    private readonly ImmutableDictionary<string, Sites.SiteLink>.Builder _links;
    private readonly ImmutableDictionary<Guid, EnrolledServer>.Builder _servers;
    private readonly ImmutableDictionary<Guid, ServerSettings>.Builder _serverSettings;
    private readonly ImmutableDictionary<Guid, ContentSettings>.Builder _serverContent;
    private readonly ImmutableDictionary<Guid, ImportedUpdate>.Builder _imported;
    private readonly ImmutableDictionary<Guid, ApprovalRule>.Builder _automaticApprovals;
    private readonly ImmutableDictionary<Guid, DeclineRule>.Builder _automaticDeclines;
    private readonly LayeredDictionary<Sha1Digest, CatalogFile>.Builder _files;
    private readonly ImmutableHashSet<Guid>.Builder _acceptedEulas;
    private readonly LayeredDictionary<string, GroupAssignment>.Builder _assignments;
    private readonly ImmutableDictionary<Guid, GroupRule>.Builder _groupRules;
    private readonly ImmutableDictionary<Guid, long>.Builder _decidedAt;
    private readonly ImmutableDictionary<Guid, ClientPolicy>.Builder _policies;
    private readonly ServedView? _previous;
    private readonly LogId _overlay;
    private readonly HashSet<Guid> _touched = [];
    private readonly HashSet<Guid> _decided = [];
    private RecentTouches? _recentlyDecided;
    private SyncSelection? _selection;
    private RuleProgress? _rulesLooked;
    private Sites.TreeSettings _treeSettings;
    private ContentSettings _treeContent;
    private GroupTree? _groupTree;
    private DecisionSettings _settings;
    private long _settingsChangedAt;
    private bool _hasAssigned;
    private bool _hasSuperseded;
    private long _revisionRemovedAt;

    /// <summary>From nothing.</summary>
    public ServedViewBuilder() : this(previous: null) { }

    /// <summary>On top of a view; null for none.</summary>
    /// <param name="previous">The view.</param>
    /// <param name="overlay">The log that decisions come from; none when they come from the tree's. Where the view's are from another one, call <see cref="ForgetDecisions"/>.</param>
    public ServedViewBuilder(ServedView? previous, LogId overlay = default)
    {
        _previous = previous;
        _overlay = overlay;
        _decidedAt = previous?.DecidedAt.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, long>();
        _recentlyDecided = previous?.RecentlyDecided;
        _updates = previous?.Updates.ToBuilder() ?? new LayeredDictionary<Guid, UpdateEntry>().ToBuilder();
        _revisionIds = previous?.RevisionIds.ToBuilder() ?? new LayeredDictionary<int, RevisionId>().ToBuilder();
        _bundleParents = previous?.BundleParents.ToBuilder() ?? new LayeredDictionary<RevisionId, ImmutableArray<Guid>>().ToBuilder();
        _groups = previous?.GroupRecords.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, TargetGroup>();
        _sites = previous?.Sites.ToBuilder() ?? ImmutableDictionary.CreateBuilder<string, Sites.Site>(StringComparer.Ordinal);
        _links = previous?.Links.ToBuilder() ?? ImmutableDictionary.CreateBuilder<string, Sites.SiteLink>(StringComparer.Ordinal);
        _servers = previous?.Servers.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, EnrolledServer>();
        _serverSettings = previous?.ServerSettings.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, ServerSettings>();
        _imported = previous?.Imported.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, ImportedUpdate>();
        _files = previous?.Files.ToBuilder() ?? new LayeredDictionary<Sha1Digest, CatalogFile>().ToBuilder();
        _acceptedEulas = previous?.AcceptedEulas.ToBuilder() ?? ImmutableHashSet.CreateBuilder<Guid>();
        _assignments = previous?.Assignments.ToBuilder() ?? new LayeredDictionary<string, GroupAssignment>().ToBuilder();
        _groupRules = previous?.GroupRules.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, GroupRule>();
        _serverContent = previous?.ServerContent.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, ContentSettings>();
        _policies = previous?.Policies.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, ClientPolicy>();
        _eulaChangedAt = previous?.EulaChangedAt.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, long>();
        _settings = previous?.DecisionSettings ?? DecisionSettings.Default;
        _settingsChangedAt = previous?.SettingsChangedAt ?? 0;
        _isAllUnsettled = previous is null;
        _automaticApprovals = previous?.AutomaticApprovals.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, ApprovalRule>();
        _automaticDeclines = previous?.AutomaticDeclines.ToBuilder() ?? ImmutableDictionary.CreateBuilder<Guid, DeclineRule>();
        _rulesLooked = previous?.RulesLooked;
        _selection = previous?.Selection;
        _treeSettings = previous?.TreeSettings ?? Sites.TreeSettings.Default;
        _treeContent = previous?.TreeContent ?? ContentSettings.None;
        _groupTree = previous?.Groups;
        _revisionRemovedAt = previous?.RevisionRemovedAt ?? 0;
    }

    /// <summary>Takes a record in.</summary>
    public void Apply(ViewRecord record)
    {
        switch (record)
        {
            case ViewRecord.Revision revision:
                Add(revision.Entry);
                break;
            case ViewRecord.RevisionRemoved removed:
                Remove(removed);
                break;
            case ViewRecord.Decline decline:
                _hasSuperseded = true;
                Decide(decline.UpdateId, decline.Sequence, update => update with { IsDeclined = decline.IsDeclined });
                TouchChildren(decline.UpdateId, decline.Sequence);
                break;
            case ViewRecord.Approved approved:
                Decide(approved.Approval.UpdateId, approved.Sequence, update => update with { Approvals = Without(update.Approvals, approved.Approval.GroupId, approved.Approval) });
                break;
            case ViewRecord.ApprovalRemoved removed:
                Decide(removed.UpdateId, removed.Sequence, update => update with { Approvals = Without(update.Approvals, removed.GroupId, add: null) });
                break;
            case ViewRecord.Group group:
                Set(_groups, group.GroupId, group.State);
                _groupTree = null;
                break;
            case ViewRecord.Site site:
                Set(_sites, site.Key, site.State);
                break;
            case ViewRecord.Link link:
                Set(_links, link.Key, link.State);
                break;
            case ViewRecord.Tree tree:
                _treeSettings = tree.State ?? Sites.TreeSettings.Default;
                break;
            case ViewRecord.Eula eula:
                if (eula.IsAccepted) _acceptedEulas.Add(eula.EulaId);
                else _acceptedEulas.Remove(eula.EulaId);
                _eulaChangedAt[eula.EulaId] = eula.Sequence;
                _isAllUnsettled = true;
                break;
            case ViewRecord.Settings settings:
                _settings = settings.State ?? DecisionSettings.Default;
                _settingsChangedAt = settings.Sequence;
                _isAllUnsettled = true;
                break;
            case ViewRecord.Assignment assignment:
                Set(_assignments, assignment.Key, assignment.State);
                _hasAssigned = true;
                break;
            case ViewRecord.PolicyDecided decided:
                Set(_policies, decided.GroupId, decided.State);
                break;
            case ViewRecord.Rule rule:
                Set(_groupRules, rule.RuleId, rule.State);
                break;
            case ViewRecord.Server server:
                Set(_servers, server.ServerId, server.State);
                break;
            case ViewRecord.ServerDecided decided:
                Set(_serverSettings, decided.ServerId, decided.State);
                break;
            case ViewRecord.ContentDecided { ServerId: { } serverId } decided:
                Set(_serverContent, serverId, decided.State);
                break;
            case ViewRecord.ContentDecided decided:
                _treeContent = decided.State ?? ContentSettings.None;
                break;
            case ViewRecord.Selection selection:
                _selection = selection.State;
                break;
            case ViewRecord.ApprovalRuled rule:
                Set(_automaticApprovals, rule.RuleId, rule.State);
                break;
            case ViewRecord.DeclineRuled rule:
                Set(_automaticDeclines, rule.RuleId, rule.State);
                break;
            case ViewRecord.RulesLooked looked:
                _rulesLooked = looked.State;
                break;
            case ViewRecord.Imported imported:
                Set(_imported, imported.UpdateId, imported.State);
                break;
        }
    }

    /// <summary>Nothing is decided: another log decides from here on, or the same anew, and all that it says is handed over next.</summary>
    public void ForgetDecisions()
    {
        foreach (var update in _updates.Values.Where(update => update.IsDeclined || update.Approvals.Count > 0).ToArray())
            _updates[update.UpdateId] = update with { IsDeclined = false, Approvals = [] };
        _hasSuperseded = true;
        _groups.Clear();
        _groupTree = null;
        _acceptedEulas.Clear();
        _eulaChangedAt.Clear();
        (_settings, _settingsChangedAt, _isAllUnsettled) = (DecisionSettings.Default, 0, true);
        _automaticApprovals.Clear();
        _automaticDeclines.Clear();
        _rulesLooked = null;
        _assignments.Clear();
        _hasAssigned = true;
        _policies.Clear();
        _groupRules.Clear();
        _decidedAt.Clear();
        _decided.Clear();
        _recentlyDecided = null;
    }

    /// <summary>The view at that head. The builder may go on, but what it touched so far counts for this view.</summary>
    /// <param name="head">Of the tree's log.</param>
    /// <param name="overlay">Of the overlay; null for none.</param>
    public ServedView Build(LogHead head, LogHead? overlay = null)
    {
        Settle();
        var recent = _previous is null ? RecentTouches.StartingAt(head.Position.Sequence) : _previous.Recent.With(head.Position.Sequence, _touched);
        _groupTree ??= new GroupTree(_groups.Values, _overlay);
        // The same object says that nobody was put elsewhere: see ServedView.PlacesAs.
        var assignments = _previous is null || _hasAssigned ? _assignments.ToImmutable() : _previous.Assignments;
        var updates = _updates.ToImmutable();
        var (sites, groupRules) = (_sites.ToImmutable(), _groupRules.ToImmutable());
        var isSameNetwork = _previous is not null && ReferenceEquals(sites, _previous.Sites) && _treeSettings.DefaultSite == _previous.TreeSettings.DefaultSite;
        return new ServedView(
            head, updates, _revisionIds.ToImmutable(), _bundleParents.ToImmutable(), _groups.ToImmutable(), _groupTree, sites, _servers.ToImmutable(),
            _files.ToImmutable(), _acceptedEulas.ToImmutable(), assignments, _revisionRemovedAt, recent)
        {
            LazySupersedence = _previous is null || _hasSuperseded ? new Lazy<Supersedence>(() => Supersedence.Of(updates)) : _previous.LazySupersedence,
            AutomaticApprovals = _automaticApprovals.ToImmutable(),
            AutomaticDeclines = _automaticDeclines.ToImmutable(),
            RulesLooked = _rulesLooked,
            ServerSettings = _serverSettings.ToImmutable(),
            Links = _links.ToImmutable(),
            Network = isSameNetwork ? _previous!.Network : ServedView.NetworkOf(sites, _treeSettings.DefaultSite), // It is the same as another one's.
            GroupRules = groupRules,
            Rules = _previous is not null && ReferenceEquals(groupRules, _previous.GroupRules) ? _previous.Rules : new GroupRuleSet(groupRules.Values),
            TreeSettings = _treeSettings,
            ServerContent = _serverContent.ToImmutable(),
            TreeContent = _treeContent,
            Selection = _selection,
            Imported = _imported.ToImmutable(),
            Policies = _policies.ToImmutable(),
            DecisionSettings = _settings,
            SettingsChangedAt = _settingsChangedAt,
            EulaChangedAt = _eulaChangedAt.ToImmutable(),
            Overlay = overlay,
            DecidedAt = _decidedAt.ToImmutable(),
            RecentlyDecided = overlay is null ? RecentTouches.StartingAt(0)
                : _recentlyDecided?.With(overlay.Position.Sequence, _decided) ?? RecentTouches.StartingAt(overlay.Position.Sequence),
        };
    }

    private void Add(CatalogEntry entry)
    {
        _hasSuperseded = true;
        var latestBefore = _updates.GetValueOrDefault(entry.Id.UpdateId)?.Latest;
        Change(entry.Id.UpdateId, entry.Sequence, update => update with { Revisions = Insert(update.Revisions, entry) });
        _revisionIds[entry.RevisionId] = entry.Id;
        foreach (var file in entry.Files)
            Add(file);
        foreach (var file in entry.EulaFiles)
            Add(file);
        if (latestBefore is not null && latestBefore.Id.RevisionNumber <= entry.Id.RevisionNumber) Unlink(latestBefore, entry.Sequence);
        // One that was written again after a newer one came was the latest once: what it brought then, it brings no more, and no other record is left to tell of it.
        else if (latestBefore is not null) TouchChildren(entry, entry.Sequence);
        if (_updates[entry.Id.UpdateId].Latest!.Id == entry.Id) Link(entry); // It was inserted just above.
        // It may be part of a bundle that was approved before it came.
        if (entry.EulaId is not null || entry.BundledUpdates.Count > 0) _isAllUnsettled = true;
    }

    /// <summary>Several updates may have one file: it is for the languages of all of them, and express only where it is for all.</summary>
    private void Add(CatalogFile file)
    {
        var sha1 = new Sha1Digest(file.Sha1.Span);
        if (_files.TryGetValue(sha1, out var known) && !known.Languages.SequenceEqual(file.Languages))
            file = file with { Languages = known.Languages.Count == 0 || file.Languages.Count == 0 ? [] : [.. known.Languages.Union(file.Languages)] };
        if (known is { IsExpress: false } && file.IsExpress) file = file with { IsExpress = false };
        _files[sha1] = file;
    }

    private void Remove(ViewRecord.RevisionRemoved removed)
    {
        _hasSuperseded = true;
        _revisionRemovedAt = Math.Max(_revisionRemovedAt, removed.Sequence);
        if (!_updates.TryGetValue(removed.Id.UpdateId, out var before) || before.Find(removed.Id.RevisionNumber) is not { } entry) return;
        _revisionIds.Remove(entry.RevisionId);
        if (before.Latest!.Id == entry.Id) Unlink(entry, removed.Sequence); // It has at least the revision just found.
        Change(removed.Id.UpdateId, removed.Sequence, update => update with { Revisions = update.Revisions.Where(revision => revision.Id != removed.Id).ToArray() });
        if (_updates[removed.Id.UpdateId].Latest is { } latest && before.Latest.Id == entry.Id) Link(latest);
    }

    /// <summary>Only the latest revision of a bundle counts: its children are named by it, and no longer by the one before.</summary>
    private void Link(CatalogEntry parent)
    {
        foreach (var child in parent.BundledUpdates.SelectMany(group => group.AnyOf).Distinct())
        {
            var parents = ParentsOf(child);
            if (parents.Contains(parent.Id.UpdateId)) continue;
            _bundleParents[child] = parents.Add(parent.Id.UpdateId);
            TouchIfKnown(child.UpdateId, parent.Sequence);
        }
    }

    private void Unlink(CatalogEntry parent, long sequence)
    {
        foreach (var child in parent.BundledUpdates.SelectMany(group => group.AnyOf).Distinct())
        {
            var parents = ParentsOf(child).Remove(parent.Id.UpdateId);
            if (parents.IsEmpty) _bundleParents.Remove(child);
            else _bundleParents[child] = parents;
            TouchIfKnown(child.UpdateId, sequence);
        }
    }

    private ImmutableArray<Guid> ParentsOf(RevisionId child) => _bundleParents.TryGetValue(child, out var parents) ? parents : [];

    /// <summary>A decline of a bundle concerns what it brings.</summary>
    private void TouchChildren(Guid updateId, long sequence)
    {
        if (_updates[updateId].Latest is not { } latest) return;
        foreach (var child in latest.BundledUpdates.SelectMany(group => group.AnyOf))
            if (_updates.ContainsKey(child.UpdateId)) Decide(child.UpdateId, sequence, update => update);
    }

    private void TouchChildren(CatalogEntry parent, long sequence)
    {
        foreach (var child in parent.BundledUpdates.SelectMany(group => group.AnyOf))
            TouchIfKnown(child.UpdateId, sequence);
    }

    private void TouchIfKnown(Guid updateId, long sequence)
    {
        if (_updates.ContainsKey(updateId)) Change(updateId, sequence, update => update);
    }

    private void Change(Guid updateId, long sequence, Func<UpdateEntry, UpdateEntry> change)
    {
        var before = _updates.GetValueOrDefault(updateId) ?? new UpdateEntry { UpdateId = updateId };
        _updates[updateId] = change(before) with { ChangedAt = Math.Max(before.ChangedAt, sequence) };
        if (_previous is not null) _touched.Add(updateId);
        if (!_isAllUnsettled) _unsettled.Add(updateId);
    }

    /// <summary>What the log that decides says: without an overlay, a change like any other.</summary>
    private void Decide(Guid updateId, long sequence, Func<UpdateEntry, UpdateEntry> change)
    {
        if (_overlay == LogId.None)
        {
            Change(updateId, sequence, change);
            return;
        }

        _updates[updateId] = change(_updates.GetValueOrDefault(updateId) ?? new UpdateEntry { UpdateId = updateId });
        if (!_isAllUnsettled) _unsettled.Add(updateId);
        _decidedAt[updateId] = Math.Max(_decidedAt.GetValueOrDefault(updateId), sequence);
        if (_recentlyDecided is not null) _decided.Add(updateId);
    }

    private static IReadOnlyList<CatalogEntry> Insert(IReadOnlyList<CatalogEntry> revisions, CatalogEntry entry) => revisions.Count == 0
        ? [entry]
        : [.. revisions.Where(revision => revision.Id != entry.Id).Append(entry).OrderBy(revision => revision.Id.RevisionNumber)];

    private static Approval[] Without(IReadOnlyList<Approval> approvals, Guid groupId, Approval? add)
    {
        var rest = approvals.Where(approval => approval.GroupId != groupId);
        return add is null ? [.. rest] : [.. rest, add];
    }

    private static void Set<TKey, TState>(LayeredDictionary<TKey, TState>.Builder records, TKey key, TState? state)
        where TKey : notnull
        where TState : class
    {
        if (state is null) records.Remove(key);
        else records[key] = state;
    }

    private static void Set<TKey, TState>(ImmutableDictionary<TKey, TState>.Builder records, TKey key, TState? state)
        where TKey : notnull
        where TState : class
    {
        if (state is null) records.Remove(key);
        else records[key] = state;
    }
}
