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
/// What a server serves to clients: the state of the log at one position, immutable, swapped whole. It exists only at states that equal a checkpoint: after a fold, or after a whole
/// transaction. Where an autonomous server decides, it is made of two logs, each at such a state: the catalog of the tree's log and the decisions of the overlay.
/// </summary>
public sealed class ServedView
{
    internal ServedView(
        LogHead head,
        LayeredDictionary<Guid, UpdateEntry> updates,
        LayeredDictionary<int, RevisionId> revisionIds,
        LayeredDictionary<RevisionId, ImmutableArray<Guid>> bundleParents,
        ImmutableDictionary<Guid, TargetGroup> groupRecords,
        GroupTree groups,
        ImmutableDictionary<string, Sites.Site> sites,
        ImmutableDictionary<Guid, EnrolledServer> servers,
        LayeredDictionary<Sha1Digest, CatalogFile> files,
        ImmutableHashSet<Guid> acceptedEulas,
        LayeredDictionary<string, GroupAssignment> assignments,
        long revisionRemovedAt,
        RecentTouches recent)
    {
        Head = head;
        Updates = updates;
        RevisionIds = revisionIds;
        BundleParents = bundleParents;
        GroupRecords = groupRecords;
        Groups = groups;
        Sites = sites;
        Servers = servers;
        Files = files;
        AcceptedEulas = acceptedEulas;
        Assignments = assignments;
        RevisionRemovedAt = revisionRemovedAt;
        Recent = recent;
    }

    /// <summary>Nothing at all.</summary>
    public static ServedView Empty { get; } = new ServedViewBuilder().Build(LogHead.Empty);

    /// <summary>Where the log stood; the tree's, where there are two.</summary>
    public LogHead Head { get; }

    /// <summary>Where the overlay stood that decisions come from; null where they come from the tree's log.</summary>
    public LogHead? Overlay { get; internal init; }

    /// <summary>Everything known of every update.</summary>
    public LayeredDictionary<Guid, UpdateEntry> Updates { get; }

    /// <summary>By short number.</summary>
    public LayeredDictionary<int, RevisionId> RevisionIds { get; }

    /// <summary>All groups.</summary>
    public GroupTree Groups { get; }

    /// <summary>Sites by lower-case name.</summary>
    public ImmutableDictionary<string, Sites.Site> Sites { get; }

    /// <summary>Enrolled servers.</summary>
    public ImmutableDictionary<Guid, EnrolledServer> Servers { get; }

    /// <summary>What is decided about servers; one that is not here does as its own settings say.</summary>
    public ImmutableDictionary<Guid, ServerSettings> ServerSettings { get; internal init; } = ImmutableDictionary<Guid, ServerSettings>.Empty;

    /// <summary>Links between sites, by <see cref="Domain.Sites.SiteLink.KeyOf"/>.</summary>
    public ImmutableDictionary<string, Sites.SiteLink> Links { get; internal init; } = ImmutableDictionary<string, Sites.SiteLink>.Empty;

    /// <summary>Rules that put computers into groups.</summary>
    public GroupRuleSet Rules { get; internal init; } = GroupRuleSet.Empty;

    /// <summary>How decisions go on by themselves, of whoever decides.</summary>
    public DecisionSettings DecisionSettings { get; internal init; } = DecisionSettings.Default;

    /// <summary>What is decided for the whole tree.</summary>
    public Sites.TreeSettings TreeSettings { get; internal init; } = Domain.Sites.TreeSettings.Default;

    /// <summary>What is decided about the content of one server or another; it goes before <see cref="TreeContent"/>.</summary>
    public ImmutableDictionary<Guid, ContentSettings> ServerContent { get; internal init; } = ImmutableDictionary<Guid, ContentSettings>.Empty;

    /// <summary>What is decided about content for the whole tree.</summary>
    public ContentSettings TreeContent { get; internal init; } = ContentSettings.None;

    /// <summary>What the root takes from its upstream; null before its first synchronization or choice.</summary>
    public SyncSelection? Selection { get; internal init; }

    /// <summary>Updates from outside the selection whose revisions are followed.</summary>
    public ImmutableDictionary<Guid, ImportedUpdate> Imported { get; internal init; } = ImmutableDictionary<Guid, ImportedUpdate>.Empty;

    /// <summary>Files by their wire name, SHA-1.</summary>
    public LayeredDictionary<Sha1Digest, CatalogFile> Files { get; }

    /// <summary>Licences that were accepted for everyone.</summary>
    public ImmutableHashSet<Guid> AcceptedEulas { get; }

    /// <summary>Which groups computers were put into, by <see cref="GroupAssignment.KeyOf"/>.</summary>
    public LayeredDictionary<string, GroupAssignment> Assignments { get; }

    /// <summary>How computers of groups behave, by group.</summary>
    public ImmutableDictionary<Guid, ClientPolicy> Policies { get; internal init; } = ImmutableDictionary<Guid, ClientPolicy>.Empty;

    /// <summary>Rules that approve by themselves, by id.</summary>
    public ImmutableDictionary<Guid, ApprovalRule> AutomaticApprovals { get; internal init; } = ImmutableDictionary<Guid, ApprovalRule>.Empty;

    /// <summary>Rules that decline superseded updates by themselves, by id.</summary>
    public ImmutableDictionary<Guid, DeclineRule> AutomaticDeclines { get; internal init; } = ImmutableDictionary<Guid, DeclineRule>.Empty;

    /// <summary>How far <see cref="AutomaticApprovals"/> have looked; null before the first of them.</summary>
    public RuleProgress? RulesLooked { get; internal init; }

    /// <summary>Which updates replace which; found when it is first asked for, and kept as long as neither the catalog nor what is declined changes.</summary>
    public Supersedence Supersedence => LazySupersedence.Value;

    internal Lazy<Supersedence> LazySupersedence { get; init; } = new(() => Supersedence.Of(new LayeredDictionary<Guid, UpdateEntry>()));

    internal LayeredDictionary<RevisionId, ImmutableArray<Guid>> BundleParents { get; }

    internal ImmutableDictionary<Guid, TargetGroup> GroupRecords { get; }

    internal ImmutableDictionary<Guid, GroupRule> GroupRules { get; init; } = ImmutableDictionary<Guid, GroupRule>.Empty;

    /// <summary>Who owns which address; made when it is first asked, and the same object as long as sites and the default one are.</summary>
    internal Lazy<Sites.SiteMap> Network { get; init; } = NetworkOf(ImmutableDictionary<string, Sites.Site>.Empty, "");

    internal long RevisionRemovedAt { get; }

    internal RecentTouches Recent { get; }

    /// <summary>The newest sequence of the overlay that decides about an update; empty without an overlay, where <see cref="UpdateEntry.ChangedAt"/> says all.</summary>
    internal ImmutableDictionary<Guid, long> DecidedAt { get; init; } = ImmutableDictionary<Guid, long>.Empty;

    /// <summary>Where the log that decides said last how decisions go on: who stands before it takes everything anew.</summary>
    internal long SettingsChangedAt { get; init; }

    /// <summary>Where the log that decides said last whether a licence is accepted.</summary>
    internal ImmutableDictionary<Guid, long> EulaChangedAt { get; init; } = ImmutableDictionary<Guid, long>.Empty;

    internal RecentTouches RecentlyDecided { get; init; } = RecentTouches.StartingAt(0);

    /// <summary>The revision of that number; null when there is none.</summary>
    public CatalogEntry? Find(int revisionId) => RevisionIds.TryGetValue(revisionId, out var id) ? Find(id) : null;

    /// <summary>That revision; null when it is not there.</summary>
    public CatalogEntry? Find(RevisionId id) => Updates.GetValueOrDefault(id.UpdateId)?.Find(id.RevisionNumber);

    /// <summary>The server that decides for one: itself when it is autonomous or the root, else the nearest such above it; null when the way up is not known.</summary>
    public EnrolledServer? DeciderOf(Guid serverId)
    {
        var server = Servers.GetValueOrDefault(serverId);
        // No way up is longer than there are servers: parents that name each other end here, too.
        for (var i = 0; i < Servers.Count && server is { IsAutonomous: false, ParentId: { } parent }; i++)
            server = Servers.GetValueOrDefault(parent);
        return server is null || server.IsAutonomous || server.ParentId is null ? server : null;
    }

    /// <summary>How a computer of these groups behaves, and which group says so.</summary>
    public EffectivePolicy PolicyOf(Membership membership) => EffectivePolicy.Of(Policies, membership);

    /// <summary>
    /// The groups that count for a computer, as <see cref="Sites.TreeSettings.Targeting"/> says: those that an administrator or a rule puts it into, or those that it names.
    /// </summary>
    public Membership MembershipOf(ComputerFacts computer) => WithPolicy(Groups.MembershipOfGroups(PlacesOf(computer)));

    /// <summary>Ids of the groups that a computer is in directly, ascending: what <see cref="MembershipOf"/> begins with.</summary>
    public Guid[] DirectGroupsOf(ComputerFacts computer) => Groups.DirectIdsOfGroups(PlacesOf(computer));

    /// <summary>The groups that a computer is in directly, with who says so, by name; one may be said several times. For people.</summary>
    public IReadOnlyList<GroupPlace> PlacementOf(ComputerFacts computer)
    {
        var assigned = AssignedTo(computer).Select(id => new GroupPlace(id, PlacedBy.Administrator));
        var ruled = RulesFor(computer).Select(rule => new GroupPlace(rule.GroupId, PlacedBy.Rule, rule.Name));
        GroupPlace[] put = [.. assigned.Concat(ruled)];
        var places = put.Length > 0 || TreeSettings.Targeting == Targeting.Server ? put : Groups.IdsOf(computer.Named).Select(id => new GroupPlace(id, PlacedBy.Computer));
        GroupPlace[] direct = [.. places.Where(place => Groups.Find(place.GroupId) is { IsBuiltIn: false }).Distinct().OrderBy(place => Groups.Find(place.GroupId)!.Name, StringComparer.OrdinalIgnoreCase)]; // The filter leaves those that are there.
        return direct.Length > 0 ? direct : [new GroupPlace(TargetGroup.UnassignedComputers.Id, PlacedBy.Nobody)];
    }

    /// <summary>The site that a computer is in: the one that owns its address, else the default one; null for none.</summary>
    public Sites.Site? SiteOf(ComputerFacts computer) => computer.Address is { } address ? Network.Value.Find(address) : null;

    /// <summary>
    /// The moment at which a deadline falls due on a computer, the one place that knows: one by the clock on the wall by the computer's own offset, else by its site's zone, else as if it were UTC; null for none.
    /// </summary>
    public DateTimeOffset? DueAt(DateTimeOffset? deadline, bool isFloating, ComputerFacts computer) =>
        deadline is { } wall && isFloating ? FloatingDeadline.MomentOf(wall, computer.UtcOffset, computer.UtcOffset is null ? SiteOf(computer)?.FindZone() : null) : deadline;

    /// <summary>False when some computer may be in other groups than in the other view.</summary>
    public bool PlacesAs(ServedView other) =>
        ReferenceEquals(Groups, other.Groups) && ReferenceEquals(Assignments, other.Assignments) && TreeSettings.Targeting == other.TreeSettings.Targeting
        && ReferenceEquals(Rules, other.Rules) && (!Rules.UsesSites || ReferenceEquals(Network, other.Network));

    /// <summary>False when the scope of some computer (<see cref="Membership.ScopeHash"/>) may differ from that in the other view.</summary>
    public bool ScopesAs(ServedView other) => PlacesAs(other) && ReferenceEquals(Policies, other.Policies);

    /// <summary>
    /// True when a client that has everything up to the sequence (and up to that of the overlay) can be sent what changed since; false when it must take everything anew (a removed revision has no name left).
    /// </summary>
    public bool CanTellChangesSince(long sequence, long overlay = 0) =>
        sequence >= Head.Floor && sequence >= RevisionRemovedAt && (Overlay is null || overlay >= Overlay.Floor) && (Overlay is null ? sequence : overlay) >= SettingsChangedAt;

    /// <summary>Updates whose decisions may have changed after the sequence, or after that of the overlay; each once.</summary>
    public IEnumerable<UpdateEntry> ChangedSince(long sequence, long overlay = 0)
    {
        var changed = sequence >= Head.Position.Sequence ? []
            : Recent.Covers(sequence) ? Known(Recent.Since(sequence).Distinct())
            : Updates.Values.Where(update => update.ChangedAt > sequence);
        if (Overlay is null || overlay >= Overlay.Position.Sequence) return changed;
        var decided = RecentlyDecided.Covers(overlay) ? Known(RecentlyDecided.Since(overlay)) : Known(DecidedAt.Where(update => update.Value > overlay).Select(update => update.Key));
        return changed.Concat(decided).DistinctBy(update => update.UpdateId);
    }

    /// <summary>The newest sequence that decided about an update, in the log that decides.</summary>
    public long DecidedSequenceOf(UpdateEntry update) => Overlay is null ? update.ChangedAt : DecidedAt.GetValueOrDefault(update.UpdateId);

    /// <summary>
    /// The decisions of one computer about an update: last the revision that counts for it (the latest, unless the approval is held back: <see cref="UpdateEntry.RevisionFor"/>), before it others that a live
    /// bundle names. None for an update that is declined; of one that its publisher withdrew, that it be uninstalled alone.
    /// </summary>
    public void Decide(UpdateEntry update, Membership membership, List<Decision> into)
    {
        if (!update.IsLive)
        {
            if (update is { IsDeclined: false, Latest: { } withdrawn } && update.Approvals.Count > 0 && DecideLatest(update, withdrawn, membership) is { Action: DecisionAction.Uninstall } removal)
                into.Add(removal);
            return;
        }

        var own = DecideLatest(update, update.Latest!, membership); // IsLive says that there is one.
        for (var i = 0; i < update.Revisions.Count; i++)
            if (!ReferenceEquals(update.Revisions[i], own.Entry) && IsBundled(update.Revisions[i].Id))
                into.Add(new Decision(update.Revisions[i], DecisionAction.Bundle, Deadline: null));
        into.Add(own);
    }

    /// <summary>Live updates that bundle this revision, by id: each by its latest revision, though an older one that somebody still gets may be what bundles it.</summary>
    public IReadOnlyList<CatalogEntry> BundlesOf(RevisionId id) => BundleParents.TryGetValue(id, out var parents)
        ? [.. parents.Order().Select(parent => Updates.GetValueOrDefault(parent)).Where(update => update is { IsLive: true }).Select(update => update!.Latest!)] // Live updates have a revision.
        : [];

    private IEnumerable<Guid> PlacesOf(ComputerFacts computer)
    {
        var assigned = AssignedTo(computer);
        var rules = RulesFor(computer);
        if (assigned.Count + rules.Count > 0) return rules.Count == 0 ? assigned : assigned.Concat(rules.Select(rule => rule.GroupId));
        return TreeSettings.Targeting == Targeting.Server ? [] : Groups.IdsOf(computer.Named);
    }

    private IReadOnlyList<Guid> AssignedTo(ComputerFacts computer) =>
        TreeSettings.Targeting == Targeting.Client ? [] : Assignments.GetValueOrDefault(GroupAssignment.KeyOf(computer.ComputerId))?.GroupIds ?? [];

    /// <summary>Rules that hold for a computer. One whose group is gone says nothing.</summary>
    private List<GroupRule> RulesFor(ComputerFacts computer)
    {
        var rules = new List<GroupRule>();
        if (TreeSettings.Targeting == Targeting.Client || Rules.All.Count == 0) return rules;
        Rules.Match(computer, Rules.UsesSites ? SiteOf(computer)?.Name : null, rules);
        rules.RemoveAll(rule => Groups.Find(rule.GroupId) is not { IsBuiltIn: false });
        return rules;
    }

    private Membership WithPolicy(Membership membership) => Policies.IsEmpty ? membership : membership.With(PolicyOf(membership).Policy);

    private Decision DecideLatest(UpdateEntry update, CatalogEntry latest, Membership membership)
    {
        if (latest.Type is UpdateType.Detectoid or UpdateType.Category) return new Decision(latest, DecisionAction.Evaluate, Deadline: null);
        var approval = update.Approvals.Count == 0 ? null : ApprovalConflict.Resolve(update.Approvals, membership);
        // What may not be installed in any revision is evaluated, as if nobody had approved it.
        var entry = approval is null ? latest : update.RevisionFor(approval);
        DecisionAction? acts = approval is null || entry is null ? null : approval.Action switch
        {
            ApprovalAction.Install => DecisionAction.Install,
            ApprovalAction.Uninstall => DecisionAction.Uninstall,
            ApprovalAction.OptionalInstall => DecisionAction.OptionalInstall,
            _ => null,
        };
        if (acts is { } action) return new Decision(entry!, action, approval!.Deadline) { IsDeadlineFloating = approval.IsDeadlineFloating }; // Only an approval with a revision acts.
        return new Decision(latest, IsBundled(latest.Id) && !latest.IsExplicitlyDeployable ? DecisionAction.Bundle : DecisionAction.Evaluate, Deadline: null);
    }

    internal static Lazy<Sites.SiteMap> NetworkOf(ImmutableDictionary<string, Sites.Site> sites, string defaultSite) => new(() => new Sites.SiteMap(sites.Values, defaultSite));

    private IEnumerable<UpdateEntry> Known(IEnumerable<Guid> ids) => ids.Select(id => Updates.GetValueOrDefault(id)).Where(update => update is not null).Select(update => update!);

    private bool IsBundled(RevisionId id)
    {
        if (!BundleParents.TryGetValue(id, out var parents)) return false;
        foreach (var parent in parents)
            if (Updates.TryGetValue(parent, out var update) && update.IsLive)
                return true;
        return false;
    }
}
