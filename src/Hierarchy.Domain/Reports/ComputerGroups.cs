namespace Hierarchy.Domain.Reports;

/// <summary>The groups that a computer is in directly, as the server sees it at this moment: where an administrator put it, else what it names. Called by the store's writer, so it must not wait.</summary>
/// <param name="computerId">The computer.</param>
/// <param name="named">Names of the groups that it asks for.</param>
/// <returns>Ids of the groups, ascending and each once; null while the server has no view yet: then the computer stays where it is.</returns>
public delegate IReadOnlyList<Guid>? ComputerGroups(string computerId, IReadOnlyList<string> named);
