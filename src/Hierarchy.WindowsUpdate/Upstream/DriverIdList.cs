using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What GetDriverIdList answers.</summary>
/// <param name="Anchor">For the next time.</param>
/// <param name="Revisions">Drivers, those of the driver sets included; never more than once each.</param>
/// <param name="DriverSets">Driver sets that match the computers.</param>
/// <param name="RemovedDriverSets">Driver sets that are no more; their drivers may live on.</param>
public sealed record DriverIdList(string? Anchor, IReadOnlyList<RevisionId> Revisions, IReadOnlyList<Guid> DriverSets, IReadOnlyList<Guid> RemovedDriverSets);
