using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What GetRevisionIdList answers.</summary>
/// <param name="Anchor">Presented at the next call, it stands for all that was answered so far.</param>
/// <param name="Revisions">In the server's order; never more than once each.</param>
public sealed record RevisionIdList(string? Anchor, IReadOnlyList<RevisionId> Revisions);
