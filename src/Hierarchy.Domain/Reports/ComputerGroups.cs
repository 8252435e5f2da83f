namespace Hierarchy.Domain.Reports;

/// <summary>The groups that a computer is in directly, as the server sees it at this moment: where an administrator or a rule put it, or what it names. Called by the store's writer, so it must not wait.</summary>
/// <param name="report">The computer's last word about itself.</param>
/// <returns>Ids of the groups, ascending and each once; null while the server has no view yet: then the computer stays where it is.</returns>
public delegate IReadOnlyList<Guid>? ComputerGroups(ComputerReport report);
