namespace Hierarchy.Domain.Changes;

/// <summary>Where a log stands: one consistent look.</summary>
/// <param name="Position">The newest sequence and its epoch.</param>
/// <param name="Floor">Tombstones at or below it may be gone; a position below it takes a snapshot. 0 when nothing was compacted.</param>
/// <param name="Count">Live records.</param>
/// <param name="Digest">LtHash of the live records: 2,048 bytes, never written to again.</param>
public sealed record LogHead(Position Position, long Floor, long Count, ReadOnlyMemory<byte> Digest)
{
    /// <summary>The head of an empty log.</summary>
    public static LogHead Empty { get; } = new(Position.Empty, 0, 0, new byte[2048]);
}
