using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Policies;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;
using AuditItem = Hierarchy.Domain.Audit.AuditItem;
using ClientPolicy = Hierarchy.Domain.Policies.ClientPolicy;
using Targeting = Hierarchy.Domain.Groups.Targeting;

namespace Hierarchy.Server.Auditing;

/// <summary>Says in words what a change makes of what stands in a view: the one before and the one after, with the names that things have at that moment.</summary>
internal sealed class ChangeWords(ServedView view)
{
    private const string Nothing = "nothing";
    private const int MostNamed = 20;

    /// <summary>What is told first: the lower.</summary>
    public static int Weight(int kind) => (RecordKind)kind switch
    {
        RecordKind.GroupAssignment => 2,
        RecordKind.ApprovalRule => 2, // The place that rules have reached is told last.
        RecordKind.Approval or RecordKind.EulaAcceptance => 1,
        _ => 0,
    };

    /// <summary>One change, in words.</summary>
    public AuditItem Of(Change change)
    {
        var record = CatalogRecords.Read(new ChangeRecord(0, change.Kind, change.Key, change.Payload));
        var item = record is null ? new AuditItem(change.Kind, "", "", "") : Describe(change.Kind, record);
        if (item.Subject.Length == 0) item = item with { Subject = Subject(change) };
        return item.After.Length > 0 ? item : item with { After = change.Payload is null ? "removed" : "decided" };
    }

    private AuditItem Describe(int kind, ViewRecord record) => record switch
    {
        ViewRecord.Decline decline => OfUpdate(kind, decline.UpdateId, Declined(view.Updates.GetValueOrDefault(decline.UpdateId)?.IsDeclined == true), Declined(decline.IsDeclined)),
        ViewRecord.Approved { Approval: var approval } => OfApproval(kind, approval.UpdateId, approval.GroupId, approval),
        ViewRecord.ApprovalRemoved removed => OfApproval(kind, removed.UpdateId, removed.GroupId, after: null),
        ViewRecord.Group group => new AuditItem(kind, group.State?.Name ?? GroupName(group.GroupId), Group(view.Groups.Find(group.GroupId)), Group(group.State)) { GroupId = group.GroupId, Group = GroupName(group.GroupId) },
        ViewRecord.Assignment assignment => new AuditItem(
            kind, Computer(assignment.State ?? view.Assignments.GetValueOrDefault(assignment.Key), assignment.Key), Groups(view.Assignments.GetValueOrDefault(assignment.Key)), Groups(assignment.State)),
        ViewRecord.Eula eula => new AuditItem(kind, $"licence {eula.EulaId:D}", Accepted(view.AcceptedEulas.Contains(eula.EulaId)), Accepted(eula.IsAccepted)),
        ViewRecord.Site site => new AuditItem(kind, site.State?.Name ?? view.Sites.GetValueOrDefault(site.Key)?.Name ?? site.Key, Site(view.Sites.GetValueOrDefault(site.Key)), Site(site.State)),
        ViewRecord.Link link => new AuditItem(kind, link.Key.Replace("\0", " - ", StringComparison.Ordinal), Link(view.Links.GetValueOrDefault(link.Key)), Link(link.State)),
        ViewRecord.Tree tree => new AuditItem(kind, "the tree", Tree(view.TreeSettings), Tree(tree.State ?? TreeSettings.Default)),
        ViewRecord.Server server => new AuditItem(kind, server.State?.Name ?? ServerName(server.ServerId), view.Servers.ContainsKey(server.ServerId) ? "in the tree" : Nothing, server.State is null ? Nothing : "in the tree"),
        ViewRecord.ServerDecided decided => new AuditItem(kind, ServerName(decided.ServerId), Files(view.ServerSettings.GetValueOrDefault(decided.ServerId)), Files(decided.State)),
        ViewRecord.ContentDecided decided => new AuditItem(
            kind, decided.ServerId is { } id ? $"content of {ServerName(id)}" : "content of the tree",
            ContentWords.Of(view, decided.ServerId is { } server ? view.ServerContent.GetValueOrDefault(server) : view.TreeContent), ContentWords.Of(view, decided.State)),
        ViewRecord.Selection selection => new AuditItem(kind, "what is taken from the upstream", ContentWords.Of(view, view.Selection), ContentWords.Of(view, selection.State)),
        ViewRecord.PolicyDecided decided => new AuditItem(kind, $"policy of {GroupName(decided.GroupId)}", Policy(view.Policies.GetValueOrDefault(decided.GroupId)), Policy(decided.State)) { GroupId = decided.GroupId, Group = GroupName(decided.GroupId) },
        ViewRecord.Settings settings => new AuditItem(kind, "how decisions go on", Settings(view.DecisionSettings), Settings(settings.State ?? DecisionSettings.Default)),
        ViewRecord.Rule rule => new AuditItem(
            kind, $"rule {(rule.State ?? view.Rules.All.FirstOrDefault(known => known.Id == rule.RuleId))?.Name ?? rule.RuleId.ToString("D")}", Rule(view.Rules.All.FirstOrDefault(known => known.Id == rule.RuleId)), Rule(rule.State)),
        ViewRecord.ApprovalRuled rule => new AuditItem(kind, $"approval rule {(rule.State ?? view.AutomaticApprovals.GetValueOrDefault(rule.RuleId))?.Name}", RuleWords.Of(view, view.AutomaticApprovals.GetValueOrDefault(rule.RuleId)), RuleWords.Of(view, rule.State)),
        ViewRecord.DeclineRuled rule => new AuditItem(kind, $"decline rule {(rule.State ?? view.AutomaticDeclines.GetValueOrDefault(rule.RuleId))?.Name}", RuleWords.Of(view.AutomaticDeclines.GetValueOrDefault(rule.RuleId)), RuleWords.Of(rule.State)),
        ViewRecord.RulesLooked looked => new AuditItem(kind, "how far approval rules have looked", RuleWords.Of(view.RulesLooked), RuleWords.Of(looked.State)),
        ViewRecord.Imported imported => OfUpdate(kind, imported.UpdateId, view.Imported.ContainsKey(imported.UpdateId) ? "followed" : "not followed", imported.State is null ? "not followed" : "followed from outside the choice"),
        _ => new AuditItem(kind, "", "", ""),
    };

    private AuditItem OfUpdate(int kind, Guid updateId, string before, string after) => new(kind, Title(updateId), before, after) { UpdateId = updateId };

    private AuditItem OfApproval(int kind, Guid updateId, Guid groupId, Approval? after)
    {
        var before = view.Updates.GetValueOrDefault(updateId)?.Approvals.FirstOrDefault(approval => approval.GroupId == groupId);
        return new AuditItem(kind, Title(updateId), Words(before), Words(after)) { UpdateId = updateId, GroupId = groupId, Group = GroupName(groupId) };
    }

    private string Title(Guid updateId) => view.Updates.GetValueOrDefault(updateId)?.Latest?.Title ?? $"update {updateId:D}";

    private string GroupName(Guid id) => view.Groups.Find(id)?.Name ?? id.ToString("D");

    private string ServerName(Guid id) => view.Servers.GetValueOrDefault(id)?.Name ?? id.ToString("D");

    private string Group(TargetGroup? group) => group is null ? Nothing : $"{group.Name}, in {(group.ParentId is { } parent ? GroupName(parent) : "no other")}";

    private string Groups(GroupAssignment? assignment) =>
        assignment is null ? "what it names counts"
        : assignment.GroupIds.Count == 0 ? "in no group"
        : $"in {string.Join(", ", assignment.GroupIds.Take(MostNamed).Select(GroupName).Order(StringComparer.OrdinalIgnoreCase))}";

    private static string Settings(DecisionSettings settings) =>
        $"revisions {(settings.KeepsApprovedRevisions ? "keep" : "automatic")}, expired {(settings.KeepsExpired ? "keep" : "decline")}";

    private string Rule(GroupRule? rule) => rule is null ? Nothing
        : $"into {GroupName(rule.GroupId)}: {string.Join(", ", rule.ComputerNames.Concat(rule.Subnets.Select(subnet => subnet.ToString())).Concat(rule.Sites).Concat(rule.OsVersions).Concat(rule.Models).Take(MostNamed))}";

    private static string Computer(GroupAssignment? assignment, string key) => assignment is { ComputerName.Length: > 0 } ? $"{assignment.ComputerName} ({key})" : key;

    private static string Words(Approval? approval) => approval is null ? "inherits" : $"{Action(approval.Action)}, revision {approval.RevisionNumber}{Deadline(approval)}";

    private static string Deadline(Approval approval) => approval.Deadline is { } deadline
        ? $", by {deadline.UtcDateTime:yyyy-MM-dd HH:mm}{(approval.IsDeadlineFloating ? " on each computer's wall" : " UTC")}"
        : "";

    private static string Action(ApprovalAction action) => action switch
    {
        ApprovalAction.Install => "install",
        ApprovalAction.Uninstall => "uninstall",
        ApprovalAction.NotApproved => "not approved",
        ApprovalAction.OptionalInstall => "optional install",
        _ => $"action {(int)action}",
    };

    private static string Declined(bool isDeclined) => isDeclined ? "declined" : "not declined";

    private static string Accepted(bool isAccepted) => isAccepted ? "accepted" : "not accepted";

    private static string Site(Site? site) =>
        site is null ? Nothing : $"owns {(site.Subnets.Count == 0 ? "no subnet" : string.Join(", ", site.Subnets.Take(MostNamed)))}{(site.Subnets.Count > MostNamed ? $" and {site.Subnets.Count - MostNamed} more" : "")}{(site.TimeZone.Length == 0 ? "" : $", time zone {site.TimeZone}")}";

    private static string Link(SiteLink? link) => link is null ? Nothing : $"cost {link.Cost}{(link.Schedule.IsUnlimited ? "" : ", with a schedule")}";

    private static string Tree(TreeSettings settings)
    {
        var targeting = settings.Targeting switch { Targeting.Server => "server", Targeting.Client => "client", _ => "either" };
        return $"default site {(settings.DefaultSite.Length == 0 ? "none" : settings.DefaultSite)}, targeting {targeting}";
    }

    private static string Policy(ClientPolicy? policy) => policy is null
        ? "nothing decided"
        : string.Join(", ", PolicyField.All.Where(field => field.Get(policy) is not null).Select(field => $"{field.Name} {field.Text(field.Get(policy)!)}")); // Filtered just before.

    private static string Files(ServerSettings? settings) => settings?.TakesContentFromMicrosoft switch { true => "files from Microsoft Update", false => "files from its parent", _ => "as it was started" };

    // What this version has no words for still has a name: ids and names stand in keys.
    private static string Subject(Change change) =>
        change.Key.Length == 16 ? new Guid(change.Key.Span, bigEndian: true).ToString("D")
        : change.Key.Length > 0 && change.Key.Span.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0 ? System.Text.Encoding.UTF8.GetString(change.Key.Span)
        : change.Key.Length == 0 ? "the tree" : Convert.ToHexStringLower(change.Key.Span);
}
