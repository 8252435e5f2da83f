using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Succession;

namespace Hierarchy.Replication.Feed;

/// <summary>What the sessions of one source share and look at: all of it in memory, swapped whole by others.</summary>
/// <param name="Self">The source.</param>
/// <param name="Log">Its log; only the head and the epochs are read through this.</param>
/// <param name="Tail">The newest transactions.</param>
/// <param name="CheckpointOf">The checkpoint of a head, if there is one for exactly that position: an authority issues it, a mirror has the one that it stored.</param>
/// <param name="Ancestry">Ids from the source up to the root, the source first.</param>
internal sealed record FeedState(
    ServerIdentity Self, ILogReader Log, FeedTail Tail, Func<LogHead, Checkpoint?> CheckpointOf, Func<IReadOnlyList<Guid>> Ancestry)
{
    private const int Tries = 8;

    /// <summary>The log whose decisions the source serves; none for the tree's own.</summary>
    public Func<LogId> Overlay { get; init; } = static () => LogId.None;

    /// <summary>The reign that has taken the place of the log's, where the source knows of one.</summary>
    public Func<NewerReign?> Newer { get; init; } = static () => null;

    /// <summary>The reign that followers are told of: one that the log has not come to.</summary>
    public NewerReign? NewerThanLog => Newer() is { } newer && newer.Epoch > Log.Head.Position.Epoch ? newer : null;

    /// <summary>Head and epochs that belong together: a fold swaps one after the other.</summary>
    public (LogHead Head, IReadOnlyList<Epoch> Epochs) Look()
    {
        for (var i = 0; ; i++)
        {
            var (head, epochs) = (Log.Head, Log.Epochs);
            if (i == Tries || (epochs.Count == 0 ? head.Position.IsEmpty : epochs[^1].Id == head.Position.EpochId)) return (head, epochs);
            Thread.Yield();
        }
    }
}
