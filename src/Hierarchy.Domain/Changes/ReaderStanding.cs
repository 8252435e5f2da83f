namespace Hierarchy.Domain.Changes;

/// <summary>Where somebody who reads decisions stands to a server's history: nobody is led back.</summary>
public static class ReaderStanding
{
    /// <summary>
    /// As <see cref="EpochHistory.Locate"/>, but a reader of the same log who diverged is sent to another history only by a server that knows of a newer reign than the reader. Otherwise it is the
    /// server that has to give way, or two authorities write under one number: the reader keeps what it has, as with a server that is behind.
    /// </summary>
    public static PositionStanding Of(IReadOnlyList<Epoch> epochs, LogHead head, Position position)
    {
        var standing = EpochHistory.Locate(epochs, head, position);
        return standing == PositionStanding.Diverged && position.Log == head.Position.Log && position.Epoch >= head.Position.Epoch ? PositionStanding.Behind : standing;
    }
}
