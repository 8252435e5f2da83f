using Hierarchy.Domain;
using Hierarchy.Domain.Audit;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Policies;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;

namespace Hierarchy.Server.Succession;

/// <summary>Says in words what a record decided, so that an administrator can decide it again. Updates and groups by the names that they have here now; where they have none, by their ids.</summary>
internal sealed class LossWords(ViewPublisher views)
{
    /// <summary>One line.</summary>
    public string Describe(in ChangeRecord record)
    {
        try
        {
            return record.Kind switch
            {
                RecordKinds.Epoch when record.Payload is { } payload => $"epoch {EpochPayload.Read(payload.Span).Number}: a start of the root that was lost",
                RecordKinds.RevisionNumbers when record.Payload is { } payload => $"numbers of revisions given as far as {RevisionNumberPayload.Read(payload.Span)}",
                (int)RecordKind.AuditEntry when !record.IsTombstone => Describe(AuditRecords.Read(record)),
                _ => CatalogRecords.Read(record) is { } known ? Describe(known) : Unknown(record),
            };
        }
        catch (IntegrityException)
        {
            return Unknown(record);
        }
    }

    private static string Describe(AuditEntry entry) => $"the entry of {entry.Time:u} that {(entry.RequestedBy.Length > 0 ? entry.RequestedBy : "somebody")} decided: {entry.Verb}";

    private string Describe(ViewRecord record) => record switch
    {
        ViewRecord.Approved { Approval: var approval } =>
            $"approval of {Update(approval.UpdateId)}, revision {approval.RevisionNumber}, for {Group(approval.GroupId)}: {Action(approval.Action)}{(approval.Deadline is { } deadline ? $", deadline {(approval.IsDeadlineFloating ? $"{deadline:yyyy-MM-dd HH:mm:ss} by each computer's clock" : $"{deadline:u}")}" : "")}",
        ViewRecord.ApprovalRemoved removed => $"approval of {Update(removed.UpdateId)} for {Group(removed.GroupId)}: removed",
        ViewRecord.Decline decline => $"{Update(decline.UpdateId)}: {(decline.IsDeclined ? "declined" : "no longer declined")}",
        ViewRecord.Revision revision => $"revision {revision.Entry.Id.RevisionNumber} of {revision.Entry.Title} ({revision.Entry.Id.UpdateId:D})",
        ViewRecord.RevisionRemoved removed => $"revision {removed.Id.RevisionNumber} of {Update(removed.Id.UpdateId)}: removed",
        ViewRecord.Group { State: { } group } => $"group {group.Name}{(group.ParentId is { } parent ? $" in {Group(parent)}" : "")} ({group.Id:D})",
        ViewRecord.Group removed => $"{Group(removed.GroupId)}: removed",
        ViewRecord.Site { State: { } site } => $"site {site.Name}: {(site.Subnets.Count == 0 ? "no subnets" : string.Join(", ", site.Subnets))}",
        ViewRecord.Site removed => $"site {removed.Key}: removed",
        ViewRecord.Link { State: { } link } => $"link between the sites {link.From} and {link.To}: cost {link.Cost}{(link.Schedule.IsUnlimited ? "" : ", with a bandwidth schedule")}",
        ViewRecord.Link removed => $"link between the sites {removed.Key.Replace("\0", " and ", StringComparison.Ordinal)}: removed",
        ViewRecord.Tree tree => tree.State is { DefaultSite.Length: > 0 } settings ? $"site of clients outside every subnet: {settings.DefaultSite}" : "site of clients outside every subnet: none",
        ViewRecord.Eula eula => $"licence {eula.EulaId:D}: {(eula.IsAccepted ? "accepted" : "no longer accepted")}",
        ViewRecord.Assignment { State: { } assignment } => $"computer {assignment.ComputerName} ({assignment.ComputerId}) put into {string.Join(", ", assignment.GroupIds.Select(Group))}",
        ViewRecord.Assignment removed => $"computer {removed.Key}: names its groups itself again",
        ViewRecord.PolicyDecided { State: { } policy } decided =>
            $"policy of {Group(decided.GroupId)}: {string.Join(", ", PolicyField.All.Where(field => field.Get(policy) is not null).Select(field => $"{field.Name} {field.Text(field.Get(policy)!)}"))}", // Filtered just before.
        ViewRecord.PolicyDecided removed => $"policy of {Group(removed.GroupId)}: removed",
        ViewRecord.Settings settings => settings.State is { } state
            ? $"settings of decisions: approvals {(state.KeepsApprovedRevisions ? "stay with their revision" : "move to new revisions")}, what expires is {(state.KeepsExpired ? "kept" : "declined")}"
            : "settings of decisions: the defaults",
        ViewRecord.Rule { State: { } rule } => $"rule {rule.Name} that puts computers into {Group(rule.GroupId)}",
        ViewRecord.Rule removed => $"rule {removed.RuleId:D} that put computers into a group: removed",
        ViewRecord.ApprovalRuled { State: { } rule } => $"approval rule {rule.Name} for {string.Join(", ", rule.Groups.Select(Group))}: {(rule.IsOn ? "on" : "off")}",
        ViewRecord.ApprovalRuled removed => $"approval rule {removed.RuleId:D}: removed",
        ViewRecord.RulesLooked looked => $"how far approval rules have looked: {looked.State?.Position.ToString() ?? "not at all"}",
        ViewRecord.DeclineRuled { State: { } rule } => $"decline rule {rule.Name}, older than {rule.OlderThanDays} days: {(rule.IsOn ? "on" : "off")}",
        ViewRecord.DeclineRuled removed => $"decline rule {removed.RuleId:D}: removed",
        ViewRecord.Server { State: { } server } => $"server {server.Name} ({server.Id:D}) at {server.GrpcUrl}",
        ViewRecord.Server removed => $"server {removed.ServerId:D}: removed",
        ViewRecord.ServerDecided decided => $"settings of server {Server(decided.ServerId)}: {Content(decided.State?.TakesContentFromMicrosoft)}",
        ViewRecord.ContentDecided decided => $"content of {(decided.ServerId is { } id ? $"server {Server(id)}" : "the tree")}: {(decided.State is null ? "nothing decided any more" : "what is fetched, and how long it stays")}",
        ViewRecord.Selection selection => selection.State is null ? "the choice of what is taken from the upstream: removed" : "the choice of what is taken from the upstream: changed",
        ViewRecord.Imported imported => $"{Update(imported.UpdateId)}: {(imported.State is null ? "no longer followed from outside the choice" : "imported from outside the choice")}",
        _ => record.GetType().Name,
    };

    private string Update(Guid id) => views.View.Updates.GetValueOrDefault(id)?.Latest is { } latest ? $"{latest.Title} ({id:D})" : $"update {id:D}";

    private string Group(Guid id) => views.View.Groups.Find(id) is { } group ? $"group {group.Name}" : $"group {id:D}";

    private string Server(Guid id) => views.View.Servers.GetValueOrDefault(id)?.Name ?? id.ToString("D");

    private static string Action(ApprovalAction action) => action switch
    {
        ApprovalAction.Install => "install",
        ApprovalAction.Uninstall => "uninstall",
        ApprovalAction.NotApproved => "not approved",
        ApprovalAction.OptionalInstall => "offered, installed by hand",
        _ => action.ToString(),
    };

    private static string Content(bool? fromMicrosoft) => fromMicrosoft switch
    {
        true => "files from Microsoft Update",
        false => "files from its parent",
        null => "its own",
    };

    private static string Unknown(in ChangeRecord record) =>
        $"kind {record.Kind}, key {Convert.ToHexStringLower(record.Key.Span)}{(record.IsTombstone ? ": removed" : $", {record.Payload.GetValueOrDefault().Length} bytes")}";
}
