using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Feed;

/// <summary>
/// The source's side of one follower, as a state machine: events in, effects out, in order. It decides what a presented position deserves, walks through the pages, hands over to the
/// live tail without a gap, and goes back to pages when the follower has fallen out of it.
/// </summary>
/// <remarks>
/// Tombstones at or below the floor are gone. So from where a catch-up goes on, the floor must not lie above both that place and the floor at which the catch-up began: a record that was sent and then
/// deleted would stay at the follower for ever. The same holds for pages staged before an interruption, at whatever source they were taken; and where a page was read at a higher head
/// than this source's, what had moved above our head is missing in it, so we cannot go on from there.
/// </remarks>
internal sealed class FeedSession(FeedState state, FollowerHello hello)
{
    private Position _position = hello.Position;
    private long _base;
    private long _after;
    private long _floorAtStart;
    private long _generation;
    private bool _started;
    private bool _resumed;
    private Position _lastPageHead;

    public enum Phase
    {
        Opening = 0,
        CatchingUp = 1,
        Live = 2,
        Ended = 3,
    }

    public Phase Stage { get; private set; }

    /// <summary>What the follower has been sent as a consistent state.</summary>
    public Position Position => _position;

    /// <summary>Raising the floor above this would send the follower back to a snapshot.</summary>
    public long HighestSafeFloor => Stage == Phase.CatchingUp ? Math.Max(_floorAtStart, _after) : _position.Sequence;

    /// <summary>The call begins.</summary>
    public IReadOnlyList<FeedEffect> Open()
    {
        if (hello.ServerId == state.Self.Id || state.Ancestry().Contains(hello.ServerId))
        {
            Stage = Phase.Ended;
            return [new FeedEffect.Refuse($"Server '{hello.Name}' ({hello.ServerId}) feeds '{state.Self.Name}' itself: following it would be a loop. Give '{hello.Name}' another parent.")];
        }

        return Begin();
    }

    /// <summary>The page that was asked for.</summary>
    public IReadOnlyList<FeedEffect> OnPage(CatchUpPage page)
    {
        var (head, epochs) = state.Look();
        if (page.Head.Floor > Math.Max(_floorAtStart, _after) && !TakesAll)
            return RestartOrRefuse(page.Head, head);

        // The mirror that we read may have taken another history in place of the one whose pages we have sent.
        if (!_lastPageHead.IsEmpty && EpochHistory.Locate(epochs, head, _lastPageHead) == PositionStanding.Diverged)
            return End(Introduce(head), FeedCodec.Diverged(head.Position, "The source took another history while this follower was catching up."));
        _lastPageHead = page.Head.Position;

        var effects = new List<FeedEffect>(3);
        if (!_started)
        {
            if (TakesAll) _floorAtStart = page.Head.Floor;
            effects.Add(Introduce(Math.Max(head.Position.Sequence, page.Head.Position.Sequence), page.Head.Floor));
        }

        if (page.Through > _after) effects.Add(new FeedEffect.Send(page.FrameFor(hello.ReadsBrotli)));
        _after = page.Through;

        // The last page and the head come from one read transaction, so the state is exactly the head's. Only a mirror can lack its checkpoint, when it has moved on since: then there is more to read.
        if (page.IsLast && state.CheckpointOf(page.Head) is { } checkpoint) GoLive(effects, checkpoint);
        else effects.Add(new FeedEffect.Read(_after));
        return effects;
    }

    /// <summary>The next transaction.</summary>
    public IReadOnlyList<FeedEffect> OnTail(TailEntry entry)
    {
        _position = entry.Checkpoint.Position;
        return [new FeedEffect.Send(entry.FrameFor(hello.ReadsBrotli)), new FeedEffect.Tail(_position.Sequence, _generation)];
    }

    /// <summary>The follower's place is not in the tail any more.</summary>
    public IReadOnlyList<FeedEffect> OnLost() => Begin();

    /// <summary>Nothing has been sent for a while, or the checkpoint was reissued.</summary>
    public IReadOnlyList<FeedEffect> OnBookmark()
    {
        var tail = new FeedEffect.Tail(_position.Sequence, _generation);
        return state.CheckpointOf(state.Log.Head) is { } checkpoint && checkpoint.Position == _position
            ? [new FeedEffect.Send(FeedCodec.Bookmark(checkpoint)), tail]
            : [tail];
    }

    /// <summary>The first page of everything: nothing was sent before that a lost tombstone could leave behind.</summary>
    private bool TakesAll => !_started && _after == 0;

    private bool WantsAll => !_started && (hello.Snapshot || _position.IsEmpty);

    private List<FeedEffect> Begin()
    {
        var (head, epochs) = state.Look();
        var standing = head.Position.IsEmpty ? PositionStanding.Behind : _position.IsEmpty ? PositionStanding.Valid : EpochHistory.Locate(epochs, head, _position);
        _generation = state.Tail.Generation;
        _base = WantsAll ? 0 : _position.Sequence;
        _after = _base;
        _floorAtStart = 0;
        _lastPageHead = Position.Empty;
        if (standing == PositionStanding.Behind)
            return End(Introduce(head), FeedCodec.Behind(head.Position));
        if (!WantsAll)
        {
            if (standing == PositionStanding.Diverged)
                return End(Introduce(head), FeedCodec.Diverged(head.Position, $"Position {_position} of log {_position.Log} is not in the history of log {head.Position.Log}, whose head is {head.Position}."));
            if (standing == PositionStanding.BelowFloor)
                return End(Introduce(head), FeedCodec.SnapshotRequired(head.Floor));
            if (KnownCheckpoint(head) is { } checkpoint)
            {
                // The tail began anew just where this follower is: for it, nothing has happened.
                if (Stage == Phase.Live) return [new FeedEffect.Tail(_position.Sequence, _generation)];
                var effects = new List<FeedEffect>(3);
                if (Introduce(head) is { } introduction) effects.Add(introduction);
                GoLive(effects, checkpoint);
                return effects;
            }
        }

        Stage = Phase.CatchingUp;
        if (!_started && hello.StagedThrough > _base && Math.Max(hello.StagedThrough, hello.StagedHead) <= head.Position.Sequence)
        {
            _resumed = true;
            _after = hello.StagedThrough;
            _floorAtStart = hello.StagedFloor;
        }

        return [new FeedEffect.Read(_after)];
    }

    /// <summary>The checkpoint of the follower's own position, when the tail goes on from there.</summary>
    private Checkpoint? KnownCheckpoint(LogHead head) =>
        state.Tail.CheckpointAt(_position) ?? (head.Position == _position ? state.CheckpointOf(head) : null);

    private void GoLive(List<FeedEffect> effects, Checkpoint checkpoint)
    {
        _position = checkpoint.Position;
        Stage = Phase.Live;
        effects.Add(new FeedEffect.Send(FeedCodec.CaughtUp(checkpoint)));
        effects.Add(new FeedEffect.Tail(_position.Sequence, _generation));
    }

    private List<FeedEffect> RestartOrRefuse(LogHead read, LogHead head)
    {
        if (!_started && _resumed)
        {
            _resumed = false;
            _after = _base;
            _floorAtStart = 0;
            return [new FeedEffect.Read(_after)];
        }

        return End(Introduce(head), FeedCodec.SnapshotRequired(read.Floor));
    }

    private List<FeedEffect> End(FeedEffect? introduction, FeedFrame answer)
    {
        Stage = Phase.Ended;
        return introduction is null
            ? [new FeedEffect.Send(answer), new FeedEffect.End()]
            : [introduction, new FeedEffect.Send(answer), new FeedEffect.End()];
    }

    private FeedEffect.Send? Introduce(LogHead head) => _started ? null : Introduce(head.Position.Sequence, head.Floor);

    private FeedEffect.Send Introduce(long head, long floor)
    {
        _started = true;
        return new FeedEffect.Send(FeedCodec.Started(state.Self, state.Ancestry(), floor, _after, head, state.Overlay(), state.NewerThanLog));
    }
}
