using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Distribution;

/// <summary>A file that clients will want, since an update that has it is approved.</summary>
/// <param name="File">The file.</param>
/// <param name="Policy">When it is fetched.</param>
/// <param name="Deadline">The earliest deadline of those approvals; null for none.</param>
/// <param name="DecidedAt">Where in the log it was decided: what was decided first goes first where deadlines do not tell.</param>
public sealed record WantedFile(CatalogFile File, FetchPolicy Policy, DateTimeOffset? Deadline, long DecidedAt);
