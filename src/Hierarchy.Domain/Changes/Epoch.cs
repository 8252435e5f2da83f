namespace Hierarchy.Domain.Changes;

/// <summary>One reign of an authority over its log: begins at every start, restore, promotion or reconnection, and is itself a record of the log.</summary>
/// <param name="Number">1, 2, 3, …; a higher number wins.</param>
/// <param name="Id">Drawn at random; equal numbers with different ids are two authorities.</param>
/// <param name="PreviousId">The id of the epoch before; empty for the first.</param>
/// <param name="FirstSequence">The sequence of the epoch's own record, the first that it wrote.</param>
/// <param name="PublicKey">The authority's public key (SubjectPublicKeyInfo) that signs the checkpoints of this epoch; empty until signing is switched on.</param>
public sealed record Epoch(int Number, Guid Id, Guid PreviousId, long FirstSequence, ReadOnlyMemory<byte> PublicKey);
