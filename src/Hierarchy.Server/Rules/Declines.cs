using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Rules;

/// <summary>What declining an update changes, whoever declines it.</summary>
internal static class Declines
{
    /// <summary>The decline, and the end of all its approvals: taking a decline back returns to not approved, and what was approved before does not come back by itself.</summary>
    public static IEnumerable<Change> Of(UpdateEntry update, DateTimeOffset declinedAt, string declinedBy)
    {
        if (!update.IsDeclined) yield return CatalogRecords.Decline(update.UpdateId, declinedAt, declinedBy);
        foreach (var approval in update.Approvals)
            yield return CatalogRecords.NoApproval(approval.UpdateId, approval.GroupId);
    }
}
