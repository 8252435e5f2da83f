namespace Hierarchy.Domain.Reports;

/// <summary>The state of one update on one computer, or for one user of it. The higher (incarnation, counter) wins, and the higher incarnation ends everything that was said under a lower one.</summary>
/// <param name="ComputerId">The computer.</param>
/// <param name="Incarnation">The computer's incarnation.</param>
/// <param name="Counter">The computer's report counter when the state was seen.</param>
/// <param name="UpdateId">The update.</param>
/// <param name="RevisionNumber">Its revision.</param>
/// <param name="State">The state.</param>
/// <param name="ResultCode">HRESULT or exit code of the last attempt; 0 for none.</param>
/// <param name="Time">When the computer saw it, UTC; kept to the millisecond.</param>
/// <param name="User">The user for whom it is so (a SID or a name), where an update is installed for each user; empty for the computer itself.</param>
/// <param name="Hold">Why it is not installed though it is needed and approved.</param>
public sealed record StatusReport(
    string ComputerId, long Incarnation, long Counter, Guid UpdateId, int RevisionNumber, UpdateState State, int ResultCode, DateTimeOffset Time, string User = "",
    HoldReason Hold = HoldReason.None);
