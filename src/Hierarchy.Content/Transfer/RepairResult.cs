using Hierarchy.Content.Store;

namespace Hierarchy.Content.Transfer;

/// <summary>What a check of the whole store found and mended.</summary>
/// <param name="Damaged">Files that were put aside.</param>
/// <param name="Fetched">What became of those that the catalog still names.</param>
public sealed record RepairResult(IReadOnlyList<StoredFile> Damaged, PrefetchResult Fetched);
