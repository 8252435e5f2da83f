namespace Hierarchy.Domain.Reports;

/// <summary>A computer as the report store holds it.</summary>
/// <param name="Report">Its latest word about itself.</param>
/// <param name="States">How many statuses it has of each state.</param>
/// <param name="Groups">The groups under which its statuses are counted, ascending: those that it was in directly when that was last looked at.</param>
public sealed record ReportedComputer(ComputerReport Report, StateCounts States, IReadOnlyList<Guid> Groups);
