using Hierarchy.Domain.Distribution;

namespace Hierarchy.Content.Planning;

/// <summary>A file that clients will want.</summary>
/// <param name="File">The file.</param>
/// <param name="Policy">When it is fetched.</param>
/// <param name="Deadline">When an update that has it is to be installed at the latest; null for none.</param>
public sealed record PlannedFile(ContentFile File, FetchPolicy Policy, DateTimeOffset? Deadline);
