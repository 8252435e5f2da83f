namespace Hierarchy.Domain.Catalog;

/// <summary>One clause of a bundle: at least one of these revisions belongs to it. A bare child is a group of one.</summary>
/// <param name="AnyOf">Never empty; the revision number as the document states it.</param>
public sealed record BundleGroup(IReadOnlyList<RevisionId> AnyOf);
