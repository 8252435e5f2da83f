namespace Hierarchy.Domain.Groups;

/// <summary>A group that a computer is in directly, and who says so.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="By">Who says so.</param>
/// <param name="Rule">The rule's name, where a rule does; else null.</param>
public sealed record GroupPlace(Guid GroupId, PlacedBy By, string? Rule = null);
