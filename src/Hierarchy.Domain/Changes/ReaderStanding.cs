namespace Hierarchy.Domain.Changes;

/// <summary>Where somebody who reads decisions stands to a server's history: nobody is led back.</summary>
public static class ReaderStanding
{
    /// <summary>
    /// As <see cref="EpochHistory.Locate"/>, but a reader of the same log who diverged is sent to another history only by a server that knows of a newer reign than the reader. Otherwise it is the
    /// server that has to give way, or two authorities write under one number: the reader keeps what it has, as with a server that is behind.
    /// </summary>
    /// <param name="epochs">Those of the server's log, which may have come further than what is served, or to another history.</param>
    /// <param name="head">Of what is served.</param>
    /// <param name="position">The reader's.</param>
    public static PositionStanding Of(IReadOnlyList<Epoch> epochs, LogHead head, Position position)
    {
        // The log holds another history already, and what is served is still of the one before: a position of the newer history would look valid there, and its reader be led back.
        if (!position.IsEmpty && !head.Position.IsEmpty && !Has(epochs, head.Position)) return PositionStanding.Behind;
        var standing = EpochHistory.Locate(epochs, head, position);
        return standing == PositionStanding.Diverged && position.Log == head.Position.Log && position.Epoch >= head.Position.Epoch ? PositionStanding.Behind : standing;
    }

    private static bool Has(IReadOnlyList<Epoch> epochs, Position served)
    {
        for (var i = epochs.Count - 1; i >= 0; i--)
            if (epochs[i].Number == served.Epoch)
                return epochs[i].Id == served.EpochId && (i + 1 == epochs.Count || served.Sequence < epochs[i + 1].FirstSequence);
        return false;
    }
}
