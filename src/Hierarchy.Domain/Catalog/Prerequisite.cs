namespace Hierarchy.Domain.Catalog;

/// <summary>One clause of the prerequisites: holds when at least one of the updates is installed (any revision).</summary>
/// <param name="AnyOf">Never empty.</param>
/// <param name="IsCategory">True when the clause names the categories that the update belongs to.</param>
public sealed record Prerequisite(IReadOnlyList<Guid> AnyOf, bool IsCategory);
