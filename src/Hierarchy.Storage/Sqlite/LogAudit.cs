using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>What the rows of a log are, recomputed, beside what its head says of them.</summary>
/// <param name="Head">The head of the same snapshot.</param>
/// <param name="Count">Live records found.</param>
/// <param name="Digest">Their digest.</param>
public sealed record LogAudit(LogHead Head, long Count, ReadOnlyMemory<byte> Digest)
{
    /// <summary>False when rows have rotted, or were changed behind the log's back.</summary>
    public bool IsSound => Count == Head.Count && Digest.Span.SequenceEqual(Head.Digest.Span);
}
