using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Report;

/// <summary>The state of an update on this computer.</summary>
/// <param name="RevisionNumber">Its revision.</param>
/// <param name="State">The state.</param>
/// <param name="Code">HRESULT or exit code of the last attempt; 0 for none.</param>
/// <param name="Time">Since when, UTC.</param>
/// <param name="Hold">Why it is held.</param>
/// <param name="IsReported">True when a server has it durably.</param>
internal readonly record struct StatusEntry(int RevisionNumber, UpdateState State, int Code, DateTimeOffset Time, HoldReason Hold, bool IsReported);
