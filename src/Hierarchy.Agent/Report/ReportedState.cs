using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Report;

/// <summary>What is said of an update.</summary>
/// <param name="UpdateId">The update.</param>
/// <param name="User">For which user; empty for the computer.</param>
/// <param name="RevisionNumber">Its revision.</param>
/// <param name="State">The state.</param>
/// <param name="Code">HRESULT or exit code of the last attempt; 0 for none.</param>
/// <param name="Hold">Why it is held.</param>
internal readonly record struct ReportedState(Guid UpdateId, string User, int RevisionNumber, UpdateState State, int Code, HoldReason Hold);
