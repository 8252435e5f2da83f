namespace Hierarchy.Domain.Changes;

/// <summary>What the authority's state is at a position. A follower serves a state only if it equals one.</summary>
/// <param name="Position">Where.</param>
/// <param name="Count">Live records (tombstones are not counted).</param>
/// <param name="Digest">The LtHash of the live records: 2,048 bytes.</param>
/// <param name="Time">When it was issued, UTC.</param>
/// <param name="Signature">ECDSA P-256 of the authority over the fields above; empty until signing is switched on.</param>
public sealed record Checkpoint(Position Position, long Count, ReadOnlyMemory<byte> Digest, DateTimeOffset Time, ReadOnlyMemory<byte> Signature)
{
    /// <summary>True when both name one position and one state. Time and signature may differ: checkpoints are reissued.</summary>
    public bool SameStateAs(Checkpoint other) =>
        Position == other.Position && Count == other.Count && Digest.Span.SequenceEqual(other.Digest.Span);
}
