using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;
using SupersedenceState = Hierarchy.Protocol.Admin.V1.SupersedenceState;

namespace Hierarchy.Server.Api.Admin;

/// <summary>What updates replace and are replaced by, as the contract says it.</summary>
internal static class SupersedenceWords
{
    /// <summary>The state alone: enough for a list.</summary>
    public static Protocol.Admin.V1.Supersedence StateOf(ServedView view, Guid updateId) => new() { State = Message(view.Supersedence.StateOf(updateId)) };

    /// <summary>The state, and the updates around it.</summary>
    public static Protocol.Admin.V1.Supersedence Describe(ServedView view, Guid updateId)
    {
        var supersedence = view.Supersedence;
        var described = StateOf(view, updateId);
        described.SupersededBy.Add(Related(view, supersedence.SupersededBy(updateId)));
        described.ReplacedBy.Add(Related(view, supersedence.EndsOf(updateId)));
        described.Supersedes.Add(Related(view, supersedence.Supersedes(updateId)));
        return described;
    }

    /// <summary>Updates in short; each has a revision.</summary>
    public static IEnumerable<RelatedUpdate> Related(ServedView view, IEnumerable<Guid> updateIds) => updateIds.Select(id =>
    {
        var update = view.Updates[id];
        var latest = update.Latest!; // Supersedence names no others.
        var related = new RelatedUpdate { UpdateId = Positions.Id(id), Title = latest.Title, Declined = update.IsDeclined, Expired = latest.PublicationState == PublicationState.Expired };
        related.KnowledgeBaseArticles.Add(latest.KnowledgeBaseArticles);
        related.ApprovedFor.Add(ApprovedFor(view, update));
        return related;
    });

    /// <summary>Names of the groups for which it is to be installed, or offered.</summary>
    public static IEnumerable<string> ApprovedFor(ServedView view, UpdateEntry update) => update.Approvals
        .Where(approval => approval.Action is ApprovalAction.Install or ApprovalAction.OptionalInstall)
        .Select(approval => view.Groups.Find(approval.GroupId)?.Name ?? approval.GroupId.ToString("D")).Order(StringComparer.OrdinalIgnoreCase);

    private static SupersedenceState Message(Domain.View.SupersedenceState state) => (SupersedenceState)((int)state + 1);
}
