using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Follower;

/// <summary>What the driver of a <see cref="FollowerMachine"/> is to do, in order, each finished before the next.</summary>
internal abstract record FollowerEffect
{
    /// <summary>Call the parent of that number; answer with messages, then <see cref="FollowerMachine.OnEnded"/>.</summary>
    public sealed record Connect(int Parent, FollowerHello Hello) : FollowerEffect;

    /// <summary>Let the call go; nothing more comes of it.</summary>
    public sealed record Disconnect : FollowerEffect;

    /// <summary>
    /// Compare with the parent of that number and stage what differs, as a <see cref="Hierarchy.Replication.Repair.RepairMachine"/> says; then come back with <see cref="FollowerMachine.OnRepaired"/>.
    /// Thorough: also when this server's own rows are what its checkpoint says.
    /// </summary>
    public sealed record Repair(int Parent, bool Thorough) : FollowerEffect;

    /// <summary>Come back with <see cref="FollowerMachine.OnElapsed"/>.</summary>
    public sealed record Wait(TimeSpan Delay) : FollowerEffect;

    public sealed record BeginStaging(StagingMode Mode, long SourceFloor) : FollowerEffect;

    public sealed record Stage(IReadOnlyList<ChangeRecord> Records, long Through, long SourceHead) : FollowerEffect;

    /// <summary>Fold, then come back with <see cref="FollowerMachine.OnFolded"/>.</summary>
    public sealed record Fold(Checkpoint Checkpoint) : FollowerEffect;

    /// <summary>Apply, then come back with <see cref="FollowerMachine.OnApplied"/>.</summary>
    public sealed record Apply(FeedMessage.Transaction Transaction) : FollowerEffect;

    /// <summary>Keep a reissued checkpoint.</summary>
    public sealed record Refresh(Checkpoint Checkpoint) : FollowerEffect;

    /// <summary>The mirror has a new state: serve it, and feed it to those below, by the frame as it came where the floors are equal.</summary>
    public sealed record Serve(FoldedState State, FeedFrame? Frame = null, long Floor = 0) : FollowerEffect;

    /// <summary>The parent introduced itself: those below hear the new ancestry.</summary>
    public sealed record Introduced(IReadOnlyList<Guid> Ancestry) : FollowerEffect
    {
        /// <summary>The log whose decisions the parent serves; none for the tree's own; null while it does not know.</summary>
        public LogId? Overlay { get; init; }

        /// <summary>The reign that has taken the place of the parent's; those below hear of it.</summary>
        public NewerReign? Newer { get; init; }
    }
}
