namespace Hierarchy.Domain.Changes;

/// <summary>One reign of an authority over its log: begins at every start, restore, promotion or reconnection, and is itself a record of the log.</summary>
/// <param name="Number">1, 2, 3, …, with leaps; a higher number wins.</param>
/// <param name="Id">Drawn at random; equal numbers with different ids are two authorities.</param>
/// <param name="PreviousId">The id of the epoch before; empty for the first.</param>
/// <param name="FirstSequence">The sequence of the epoch's own record, the first that it wrote.</param>
/// <param name="PublicKey">The authority's public key (SubjectPublicKeyInfo) that signs the checkpoints of this epoch; empty until signing is switched on.</param>
public sealed record Epoch(int Number, Guid Id, Guid PreviousId, long FirstSequence, ReadOnlyMemory<byte> PublicKey)
{
    /// <summary>
    /// What a promotion or a restore adds to the number. An old root that nobody can reach goes on counting one at each restart: it must not come as far as the one that an operator put in its place.
    /// </summary>
    public const int Leap = 100_000;

    /// <summary>The epoch that follows a head.</summary>
    /// <param name="head">Where the log stands.</param>
    /// <param name="start">Why it begins.</param>
    /// <param name="above">The highest number that was heard of elsewhere; the new one lies above.</param>
    /// <param name="id">Drawn at random.</param>
    /// <param name="publicKey">Signs its checkpoints.</param>
    /// <exception cref="IntegrityException">The numbers are at their end.</exception>
    public static Epoch After(LogHead head, AuthorityStart start, int above, Guid id, ReadOnlyMemory<byte> publicKey)
    {
        var position = head.Position;
        var number = Math.Max((long)position.Epoch, above) + (start == AuthorityStart.AfterLoss && !position.IsEmpty ? Leap : 1);
        if (number > int.MaxValue)
            throw new IntegrityException($"Log {position.Log} stands in epoch {position.Epoch}, and epoch {above} was heard of: there is no higher number left. Start a new log.");
        return new Epoch((int)number, id, position.EpochId, position.Sequence + 1, publicKey);
    }
}
