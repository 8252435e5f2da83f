namespace Hierarchy.Domain.Changes;

/// <summary>
/// Where positions stand in a history of epochs. Epoch e wrote the sequences from its own record, F(e), to just before F(e+1), and the newest one as far as the head. Whoever has taken
/// everything below F(e), and knows of e, stands at F(e)-1 in e: that is the end of the epoch before under another name, and both names are valid.
/// </summary>
public static class EpochHistory
{
    /// <summary>Where a position stands. In the order of the cases:</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>A follower with nothing (sequence 0, epoch 0) starts from nothing: valid, or below the floor once there is one. Its log is none, or the one that it is to follow; with another log it has diverged.</item>
    /// <item>A server with nothing is behind everybody.</item>
    /// <item>Another log, a sequence below zero, an epoch below one: diverged.</item>
    /// <item>The epoch's number is known under another id: two authorities; diverged.</item>
    /// <item>The epoch is known: below F(e)-1 the name is wrong, and at or above F(e+1) the presenter has records of that epoch that were not kept; both diverged. In the newest
    /// epoch, above the head: this server is behind. Otherwise valid, or below the floor.</item>
    /// <item>The epoch is newer than all that are known: its first record stands at most at sequence + 1, and above all that older epochs wrote. If our head lies at or below the position, we may
    /// simply not have come so far: behind. If it lies above, we hold records of our newest epoch that the newer one did not keep: diverged (and it is we who have to give way).</item>
    /// <item>The epoch is unknown and older than our newest: our history passed its number by; diverged.</item>
    /// </list>
    /// </remarks>
    public static PositionStanding Locate(IReadOnlyList<Epoch> epochs, LogHead head, Position position)
    {
        if (position is { Sequence: 0, Epoch: 0 } && (position.Log == LogId.None || position.Log == head.Position.Log))
            return head.Floor > 0 ? PositionStanding.BelowFloor : PositionStanding.Valid;
        if (epochs.Count == 0 || head.Position.IsEmpty) return PositionStanding.Behind;
        if (position.Log != head.Position.Log || position.Sequence < 0 || position.Epoch < 1) return PositionStanding.Diverged;

        var newest = epochs[^1];
        if (position.Epoch > newest.Number)
            return head.Position.Sequence > position.Sequence ? PositionStanding.Diverged : PositionStanding.Behind;

        var index = IndexOf(epochs, position.Epoch);
        if (index < 0) return PositionStanding.Diverged;

        var epoch = epochs[index];
        if (epoch.Id != position.EpochId || position.Sequence < epoch.FirstSequence - 1) return PositionStanding.Diverged;
        if (index + 1 < epochs.Count && position.Sequence >= epochs[index + 1].FirstSequence) return PositionStanding.Diverged;
        if (position.Sequence > head.Position.Sequence) return PositionStanding.Behind;
        return position.Sequence < head.Floor ? PositionStanding.BelowFloor : PositionStanding.Valid;
    }

    /// <summary>The position of a sequence that this log holds: its epoch is the one that wrote it. Sequence 0 is the start of the log.</summary>
    public static Position At(IReadOnlyList<Epoch> epochs, LogId log, long sequence)
    {
        for (var i = epochs.Count - 1; i >= 0; i--)
            if (epochs[i].FirstSequence <= sequence)
                return new Position(log, epochs[i].Number, epochs[i].Id, sequence);
        return new Position(log, 0, Guid.Empty, 0);
    }

    /// <summary>The newest sequence that two histories share: the end of the last epoch that both know, where the first of them ends it; 0 when they share none.</summary>
    /// <param name="ours">Ascending.</param>
    /// <param name="ourHead">The newest sequence of the first.</param>
    /// <param name="theirs">Ascending.</param>
    /// <param name="theirHead">The newest sequence of the second.</param>
    public static long Common(IReadOnlyList<Epoch> ours, long ourHead, IReadOnlyList<Epoch> theirs, long theirHead)
    {
        for (var i = ours.Count - 1; i >= 0; i--)
        {
            var other = IndexOf(theirs, ours[i].Number);
            if (other < 0 || theirs[other].Id != ours[i].Id || theirs[other].FirstSequence != ours[i].FirstSequence) continue;
            return Math.Min(EndOf(ours, i, ourHead), EndOf(theirs, other, theirHead));
        }

        return 0;
    }

    /// <summary>Reads the history from the payloads of the epoch records, in any order, and holds it against the head that they come with.</summary>
    /// <exception cref="IntegrityException">The records contradict each other or the position.</exception>
    public static IReadOnlyList<Epoch> Read(IEnumerable<ReadOnlyMemory<byte>> payloads, Position head)
    {
        var epochs = payloads.Select(payload => EpochPayload.Read(payload.Span)).OrderBy(epoch => epoch.Number).ToArray();
        for (var i = 1; i < epochs.Length; i++)
            if (epochs[i].Number == epochs[i - 1].Number || epochs[i].FirstSequence <= epochs[i - 1].FirstSequence || epochs[i].PreviousId != epochs[i - 1].Id)
                throw new IntegrityException($"The history of log {head.Log} is broken between epochs {epochs[i - 1].Number} and {epochs[i].Number}; take a snapshot from another server.");
        var newest = epochs.Length == 0 ? null : epochs[^1];
        if (head.IsEmpty ? newest is not null : newest is null || newest.Number != head.Epoch || newest.Id != head.EpochId || newest.FirstSequence > head.Sequence)
            throw new IntegrityException($"Log {head.Log} claims to stand at {head}, and its newest epoch record is {newest?.Number.ToString() ?? "missing"}; take a snapshot from another server.");
        return epochs;
    }

    private static long EndOf(IReadOnlyList<Epoch> epochs, int index, long head) => index + 1 < epochs.Count ? epochs[index + 1].FirstSequence - 1 : head;

    private static int IndexOf(IReadOnlyList<Epoch> epochs, int number)
    {
        for (var i = 0; i < epochs.Count; i++)
            if (epochs[i].Number == number)
                return i;
        return -1;
    }
}
