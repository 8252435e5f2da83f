using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Synchronization;

namespace Hierarchy.Domain.View;

/// <summary>A record of the change log, understood. The sequence is where it stands in the log.</summary>
public abstract record ViewRecord(long Sequence)
{
    /// <summary>A revision, new or rewritten.</summary>
    public sealed record Revision(CatalogEntry Entry) : ViewRecord(Entry.Sequence);

    /// <summary>A revision that was removed from the catalog.</summary>
    public sealed record RevisionRemoved(long Sequence, RevisionId Id) : ViewRecord(Sequence);

    /// <summary>An update that was declined, or whose decline was taken back.</summary>
    public sealed record Decline(long Sequence, Guid UpdateId, bool IsDeclined) : ViewRecord(Sequence);

    /// <summary>An approval.</summary>
    public sealed record Approved(long Sequence, Approval Approval) : ViewRecord(Sequence);

    /// <summary>An approval that was removed.</summary>
    public sealed record ApprovalRemoved(long Sequence, Guid UpdateId, Guid GroupId) : ViewRecord(Sequence);

    /// <summary>A group; null when it was removed.</summary>
    public sealed record Group(long Sequence, Guid GroupId, TargetGroup? State) : ViewRecord(Sequence);

    /// <summary>A site; null when it was removed.</summary>
    public sealed record Site(long Sequence, string Key, Sites.Site? State) : ViewRecord(Sequence);

    /// <summary>A link between two sites; null when it was removed.</summary>
    public sealed record Link(long Sequence, string Key, Sites.SiteLink? State) : ViewRecord(Sequence);

    /// <summary>What is decided for the whole tree; null for nothing.</summary>
    public sealed record Tree(long Sequence, Sites.TreeSettings? State) : ViewRecord(Sequence);

    /// <summary>A licence that was accepted for everyone, or whose acceptance was taken back.</summary>
    public sealed record Eula(long Sequence, Guid EulaId, bool IsAccepted) : ViewRecord(Sequence);

    /// <summary>The groups that a computer was put into; null when that was taken back. The key is the computer's id, lower case.</summary>
    public sealed record Assignment(long Sequence, string Key, GroupAssignment? State) : ViewRecord(Sequence);

    /// <summary>How computers of a group behave; null for nothing decided.</summary>
    public sealed record PolicyDecided(long Sequence, Guid GroupId, Policies.ClientPolicy? State) : ViewRecord(Sequence);

    /// <summary>How decisions go on by themselves; null for the defaults.</summary>
    public sealed record Settings(long Sequence, DecisionSettings? State) : ViewRecord(Sequence);

    /// <summary>A rule that puts computers into a group; null when it was removed.</summary>
    public sealed record Rule(long Sequence, Guid RuleId, GroupRule? State) : ViewRecord(Sequence);

    /// <summary>A server; null when it was removed.</summary>
    public sealed record Server(long Sequence, Guid ServerId, EnrolledServer? State) : ViewRecord(Sequence);

    /// <summary>What is decided about a server; null for nothing.</summary>
    public sealed record ServerDecided(long Sequence, Guid ServerId, ServerSettings? State) : ViewRecord(Sequence);

    /// <summary>What is decided about content, of a server or (without an id) of the whole tree; null for nothing.</summary>
    public sealed record ContentDecided(long Sequence, Guid? ServerId, ContentSettings? State) : ViewRecord(Sequence);

    /// <summary>What is taken from the upstream; null when no choice stands in the log.</summary>
    public sealed record Selection(long Sequence, SyncSelection? State) : ViewRecord(Sequence);

    /// <summary>An approval rule; null when it was removed.</summary>
    public sealed record ApprovalRuled(long Sequence, Guid RuleId, ApprovalRule? State) : ViewRecord(Sequence);

    /// <summary>How far approval rules have looked; null before the first rule.</summary>
    public sealed record RulesLooked(long Sequence, RuleProgress? State) : ViewRecord(Sequence);

    /// <summary>A decline rule; null when it was removed.</summary>
    public sealed record DeclineRuled(long Sequence, Guid RuleId, DeclineRule? State) : ViewRecord(Sequence);

    /// <summary>An update that was imported; null when it is no longer followed.</summary>
    public sealed record Imported(long Sequence, Guid UpdateId, ImportedUpdate? State) : ViewRecord(Sequence);
}
