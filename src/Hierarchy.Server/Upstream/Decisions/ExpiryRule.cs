using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Rules;

namespace Hierarchy.Server.Upstream.Decisions;

/// <summary>What its publisher withdraws is declined by itself, unless whoever decides wants it otherwise. Only what expires now: what had expired before is left as somebody decided.</summary>
internal static class ExpiryRule
{
    /// <summary>Who declines, as the records say.</summary>
    public const string By = "rule: expired";

    // What one update brings into a transaction besides its revision; approvals beyond are of no effect beside a decline.
    private const int MostChanges = 500;

    /// <summary>The decline of an update, and its approvals taken away, as when an administrator declines; nothing where it is declined already or the view's settings keep it.</summary>
    public static IReadOnlyList<Change> Decline(ServedView view, Guid updateId, DateTimeOffset at)
    {
        var update = view.Updates.GetValueOrDefault(updateId) ?? new UpdateEntry { UpdateId = updateId };
        return view.DecisionSettings.KeepsExpired || update.IsDeclined ? [] : [.. Declines.Of(update, at, By).Take(MostChanges)];
    }

    /// <summary>The same, with the entry that says who did it, for a transaction that is committed without the desk.</summary>
    public static IReadOnlyList<Change> DeclineOnRecord(ServedView view, Guid updateId, DateTimeOffset at, AuditTrail trail)
    {
        var changes = Decline(view, updateId, at);
        return changes.Count == 0 ? [] : [.. changes, trail.EntryOf(new DecisionIntent("sync run", By), view, changes)];
    }

    /// <summary>True for what is installed, and so can be declined: categories and detectoids only tell.</summary>
    public static bool Concerns(UpdateType type) => type is not (UpdateType.Category or UpdateType.Detectoid);
}
