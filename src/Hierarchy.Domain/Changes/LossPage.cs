namespace Hierarchy.Domain.Changes;

/// <summary>A part of what a fold would take away.</summary>
/// <param name="Common">The newest sequence that both histories share; 0 for two logs.</param>
/// <param name="Records">Ascending by sequence, tombstones included.</param>
/// <param name="Through">Everything up to here is in this page or an earlier one.</param>
/// <param name="IsLast">Nothing is left.</param>
public sealed record LossPage(long Common, IReadOnlyList<ChangeRecord> Records, long Through, bool IsLast);
