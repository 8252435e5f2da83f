using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Server.Upstream;

/// <summary>What a synchronization is started for, and by whom.</summary>
/// <param name="Reason">Decides what is asked of the upstream.</param>
/// <param name="RequestedBy">`user@host`; empty for the schedule.</param>
internal sealed record SyncRequest(SyncReason Reason, string RequestedBy)
{
    /// <summary>The schedule's.</summary>
    public static SyncRequest Scheduled { get; } = new(SyncReason.Scheduled, "");

    /// <summary>Updates to take from outside the selection.</summary>
    public IReadOnlyList<Guid> Imports { get; init; } = [];
}
