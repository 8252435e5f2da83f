using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Approvals;

/// <summary>An approval that does not count for the latest revision of its update.</summary>
/// <param name="GroupId">The group that it is for.</param>
/// <param name="Entry">The revision that it counts for; null where none may be installed.</param>
public readonly record struct HeldApproval(Guid GroupId, CatalogEntry? Entry);
