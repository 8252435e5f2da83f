using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Follower;

/// <summary>
/// The follower's side of the feed, as a state machine: events in, effects out, in order. It chooses the parent, decides from where to go on, holds every message against what may come now,
/// and lets a state be served only when the mirror says that it equals its checkpoint.
/// </summary>
/// <remarks>An <see cref="IntegrityException"/> from an event means that nothing was taken and that the call is over: the driver ends it with <see cref="FeedEnd.Integrity"/>.</remarks>
internal sealed partial class FollowerMachine
{
    private const int MaxRestarts = 3;
    private static readonly TimeSpan LongestWaitForParent = TimeSpan.FromSeconds(2);

    private readonly ServerIdentity _self;
    private readonly IReadOnlyList<Uri> _parents;
    private readonly Backoff _backoff;

    private Checkpoint? _live;
    private StagingState _staging = StagingState.None;
    private bool _ignoreStaging; // what is staged is of no use for the next attempt
    private bool _replace;       // a snapshot is wanted, until one is folded
    private Step _step;
    private int _parent;
    private int _tried;
    private int _restarts;
    private int _mismatchesHere;
    private bool _begun;         // staging belongs to this catch-up
    private long _from;
    private long _through;
    private long _floor;
    private NewerReign? _newer;  // has taken the place of what this parent serves
    private Checkpoint? _folding;
    private FeedMessage.Transaction? _applying;

    /// <param name="self">Who follows.</param>
    /// <param name="parents">In order of preference.</param>
    /// <param name="options">Waits.</param>
    /// <param name="random">From 0 to 1, for the waits.</param>
    public FollowerMachine(ServerIdentity self, IReadOnlyList<Uri> parents, FollowerOptions options, Func<double> random)
    {
        _self = self;
        _parents = parents;
        _backoff = new Backoff(options.FirstDelay, options.LongestDelay, random);
    }

    private enum Step
    {
        Idle = 0,
        Opening = 1,
        Opened = 2,
        CatchingUp = 3,
        Live = 4,
        Repairing = 5,
    }

    /// <summary>Which log is followed, and from whom.</summary>
    public FollowedLog Followed { get; init; } = FollowedLog.Tree;

    /// <summary>What an operator sees.</summary>
    public FollowerStatus Status { get; private set; } = new();

    /// <summary>The server starts, or its storage has failed and is read again.</summary>
    public IReadOnlyList<FollowerEffect> Start(Checkpoint? live, StagingState staging)
    {
        Resume(live, staging);
        return [Call()];
    }

    /// <summary>What storage holds, after a failure in the middle; what was staged is not gone on from if its fold found it to be wrong.</summary>
    public void Resume(Checkpoint? live, StagingState staging, FeedEnd why = FeedEnd.Storage)
    {
        _live = live;
        _staging = staging;
        _replace = staging.Mode == StagingMode.Snapshot || (_replace && live is not null);
        // A record that cannot be read fails every fold, and no digest comes to say so: gone on from, it would stay for ever.
        _ignoreStaging = why == FeedEnd.Integrity && _folding is not null;
        // What failed is not waited for any more: rot that is found after it is repaired.
        (_folding, _applying) = (null, null);
        Status = Status with { Checkpoint = live };
    }

    /// <summary>The parent says something.</summary>
    /// <exception cref="IntegrityException">What it says is wrong; nothing was taken.</exception>
    public IReadOnlyList<FollowerEffect> OnMessage(FeedMessage message) => message switch
    {
        FeedMessage.Started started => OnStarted(started),
        FeedMessage.Page page => OnPage(page),
        FeedMessage.CaughtUp caughtUp => OnCaughtUp(caughtUp.Checkpoint),
        FeedMessage.Transaction transaction => OnTransaction(transaction),
        FeedMessage.Bookmark bookmark => OnBookmark(bookmark.Checkpoint),
        FeedMessage.Behind behind => OnBehind(behind),
        FeedMessage.Diverged diverged => OnDiverged(diverged),
        FeedMessage.SnapshotRequired required => OnSnapshotRequired(required),
        _ => [],
    };

    /// <summary>The mirror has folded, or not.</summary>
    public IReadOnlyList<FollowerEffect> OnFolded(FoldResult result)
    {
        var checkpoint = _folding!; // set with the effect that this answers
        _folding = null;
        _staging = StagingState.None;
        if (result != FoldResult.Folded) return Mismatch(checkpoint);
        var replaced = _replace;
        var onward = GoLive(checkpoint);
        CountRepair();
        return [new FollowerEffect.Serve(new FoldedState(checkpoint, null, replaced)), .. onward];
    }

    /// <summary>The mirror has applied a live transaction, or not.</summary>
    public IReadOnlyList<FollowerEffect> OnApplied(FoldResult result)
    {
        var transaction = _applying!; // set with the effect that this answers
        _applying = null;
        if (result != FoldResult.Folded) return Mismatch(transaction.Checkpoint);
        _live = transaction.Checkpoint;
        _floor = transaction.Floor;
        Status = Status with { Checkpoint = _live };
        return [new FollowerEffect.Serve(new FoldedState(transaction.Checkpoint, transaction.Records), transaction.Frame, transaction.Floor)];
    }

    /// <summary>The call is over.</summary>
    public IReadOnlyList<FollowerEffect> OnEnded(FeedEnd why, string reason)
    {
        if (_step == Step.Live && why == FeedEnd.Unavailable)
        {
            // It was well until now: begin again with the parent that is preferred.
            _tried = 0;
            return Pause(_backoff.Next(), reason);
        }

        return NextParent(reason, why == FeedEnd.Integrity ? Patience.Long : Patience.Normal);
    }

    /// <summary>The wait is over.</summary>
    public IReadOnlyList<FollowerEffect> OnElapsed() => [Call()];

    private long Base => _replace || _live is null ? 0 : _live.Position.Sequence;

    private Position Position => _live?.Position ?? Position.Empty;

    private StagingMode Mode => _replace ? StagingMode.Snapshot : StagingMode.CatchUp;

    private FollowerEffect[] OnStarted(FeedMessage.Started started)
    {
        Expect(_step == Step.Opening, "its introduction", "twice");
        if (started.ServerId == _self.Id || started.Ancestry.Contains(_self.Id))
            return NextParent($"Following {_parents[_parent]}: its server '{started.Name}' follows this one, directly or through others. Give one of them another parent.", Patience.Long);
        if (started.Overlay is { } overlay && Followed.Refuse(_parent, overlay) is { } refusal)
            return NextParent($"Following {_parents[_parent]}: {refusal}", Patience.Long);
        var staged = StagedThrough;
        if (started.From != Base && (staged == 0 || started.From != staged))
            throw Wrong($"begins at {started.From}, and this server asked to go on from {Base}{(staged > 0 ? $" or {staged}" : "")}");
        _begun = staged > 0 && started.From == staged;
        _from = _through = started.From;
        _floor = started.Floor;
        _step = Step.Opened;
        _newer = started.Newer;
        var parent = new ParentStatus(_parents[_parent], new ServerIdentity(started.ServerId, started.Name, started.ContentUrl), started.Ancestry);
        Status = Status with { Parent = parent, Phase = FollowerPhase.CatchingUp, RecordsTaken = 0, Through = _through, Target = started.Head };
        return [new FollowerEffect.Introduced(started.Ancestry) { Overlay = started.Overlay, Newer = started.Newer }];
    }

    private List<FollowerEffect> OnPage(FeedMessage.Page page)
    {
        Expect(_step is Step.Opened or Step.CatchingUp or Step.Live, "a page", "before its introduction");
        if (_step == Step.Live)
        {
            // We fell out of its tail: pages again, from where we are.
            _begun = false;
            _from = _through = Base;
        }

        if (page.Head < page.Through) throw Wrong($"sends a page as far as {page.Through}, read at head {page.Head}");
        if (page.Through <= _through) throw Wrong($"sends a page as far as {page.Through} after one as far as {_through}");
        if (page.Records.Count > 0 && (page.Records[0].Sequence <= _through || page.Records[^1].Sequence > page.Through))
            throw Wrong($"sends a page from {_through} to {page.Through} with records {page.Records[0].Sequence} to {page.Records[^1].Sequence}");

        var effects = new List<FollowerEffect>(2);
        if (!_begun) effects.Add(Begin());
        effects.Add(new FollowerEffect.Stage(page.Records, page.Through, page.Head));
        _step = Step.CatchingUp;
        _backoff.Reset(); // a line that breaks often still gets on: what was staged is not taken again
        _through = page.Through;
        _staging = _staging with { Through = page.Through, SourceHead = Math.Max(_staging.SourceHead, page.Head) };
        Status = Status with { Phase = FollowerPhase.CatchingUp, RecordsTaken = Status.RecordsTaken + page.Records.Count, Through = _through, Target = Math.Max(Status.Target, _through) };
        return effects;
    }

    private IReadOnlyList<FollowerEffect> OnCaughtUp(Checkpoint checkpoint)
    {
        Expect(_step is Step.Opened or Step.CatchingUp, "`CaughtUp`", "twice or before its introduction");
        if (checkpoint.Position.Sequence != _through) throw Wrong($"says that we caught up with {checkpoint.Position} after pages as far as {_through}");
        if (_live is not null && !_replace && checkpoint.Position.Log != _live.Position.Log) throw Wrong($"went over to log {checkpoint.Position.Log}");
        if (_live is not null && IsOlder(checkpoint.Position, _live.Position))
            return NextParent($"Following {_parents[_parent]}: its state {checkpoint.Position} is older than {_live.Position}, which this server serves; waiting for it.", Patience.Short);

        // A snapshot may come from another server than the one that we diverged from.
        if (_live is not null && IsRival(checkpoint.Position, _live.Position)) return TwoRoots(_live.Position);

        if (_step == Step.Opened && !_begun && !_replace && _live is not null && _staging.Mode == StagingMode.None)
        {
            if (!checkpoint.SameStateAs(_live)) return Mismatch(checkpoint);
            return [new FollowerEffect.Refresh(checkpoint), .. GoLive(checkpoint)];
        }

        var effects = new List<FollowerEffect>(2);
        if (!_begun) effects.Add(Begin());
        _folding = checkpoint;
        effects.Add(new FollowerEffect.Fold(checkpoint));
        return effects;
    }

    private FollowerEffect[] OnTransaction(FeedMessage.Transaction transaction)
    {
        Expect(_step == Step.Live, "a transaction", "before `CaughtUp`");
        var (from, to) = (_live!.Position, transaction.Checkpoint.Position); // live means that there is a state
        if (to.Log != from.Log || to.Epoch < from.Epoch || to.Sequence <= from.Sequence)
            throw Wrong($"sends a transaction that leads from {from} to {to}");
        if (transaction.Records.Count > 0 && (transaction.Records[0].Sequence <= from.Sequence || transaction.Records[^1].Sequence > to.Sequence))
            throw Wrong($"sends a transaction from {from} to {to} with records {transaction.Records[0].Sequence} to {transaction.Records[^1].Sequence}");
        _applying = transaction;
        return [new FollowerEffect.Apply(transaction)];
    }

    private FollowerEffect[] OnBookmark(Checkpoint checkpoint)
    {
        Expect(_step == Step.Live, "a bookmark", "before `CaughtUp`");
        if (checkpoint.Position != _live!.Position) throw Wrong($"sends a bookmark at {checkpoint.Position} to a follower at {_live.Position}"); // live means that there is a state
        if (!checkpoint.SameStateAs(_live)) return Mismatch(checkpoint);
        if (checkpoint.Time <= _live.Time) return [];
        _live = checkpoint;
        Status = Status with { Checkpoint = checkpoint };
        return [new FollowerEffect.Refresh(checkpoint)];
    }

    private FollowerEffect[] OnBehind(FeedMessage.Behind behind) => NextParent(
        behind.Head.IsEmpty
            ? $"Following {_parents[_parent]}: it has nothing to serve yet; waiting for it."
            : $"Following {_parents[_parent]}: it is at {behind.Head}, behind this server at {Position}; waiting for it.",
        Patience.Short);

    private FollowerEffect[] OnDiverged(FeedMessage.Diverged diverged)
    {
        var (ours, theirs) = (Position, diverged.Head);
        if (!ours.IsEmpty && ours.Log == theirs.Log)
        {
            // The higher epoch is the one that counts. To take the lower one would lead clients back.
            if (theirs.Epoch < ours.Epoch)
                return NextParent($"Following {_parents[_parent]}: its history ends in epoch {theirs.Epoch}, older than epoch {ours.Epoch} of this server. Let it follow the root, or give this server another parent.", Patience.Long);
            if (IsRival(theirs, ours)) return TwoRoots(ours);
        }

        return TakeSnapshot($"Following {_parents[_parent]}: {diverged.Reason} Taking a snapshot.");
    }

    private FollowerEffect[] TwoRoots(Position ours) =>
        NextParent($"Following {_parents[_parent]}: two roots are writing epoch {ours.Epoch} of log {ours.Log}. Nothing is taken until one of them is stopped.", Patience.Long);

    private FollowerEffect[] OnSnapshotRequired(FeedMessage.SnapshotRequired required) =>
        TakeSnapshot($"Following {_parents[_parent]}: position {Position} is below its floor {required.Floor}; taking a snapshot.");

    private FollowerEffect[] TakeSnapshot(string reason)
    {
        _replace = _live is not null;
        _ignoreStaging = true;
        if (++_restarts > MaxRestarts) return NextParent(reason, Patience.Normal);
        Status = Status with { Reason = reason };
        return [new FollowerEffect.Disconnect(), Call()];
    }

    private FollowerEffect[] Mismatch(Checkpoint checkpoint)
    {
        var isRepaired = CanRepair;
        var reason = $"Following {_parents[_parent]}: the records that it sent do not add up to its checkpoint at {checkpoint.Position}; they are not served. {(isRepaired ? "Comparing the two servers." : "Taking a snapshot.")}";
        Status = Status with { DigestMismatches = Status.DigestMismatches + 1, Reason = reason };
        _ignoreStaging = true;
        if (isRepaired) return Repair(isThorough: _mismatchesHere++ > 0);
        _replace = _live is not null;
        _repairing = false;
        if (_mismatchesHere++ > 0) return NextParent(reason, Patience.Long);
        return [new FollowerEffect.Disconnect(), Call()];
    }

    private FollowerEffect Call()
    {
        if (_wantsRepair) return CallForRepair();
        _step = Step.Opening;
        Status = Status with { Phase = FollowerPhase.Connecting, Parent = Status.Parent?.Url == _parents[_parent] ? Status.Parent : new ParentStatus(_parents[_parent], null, []) };
        return new FollowerEffect.Connect(_parent, new FollowerHello(_self.Id, _self.Name, Position, StagedThrough, StagedThrough > 0 ? _staging.SourceFloor : 0, StagedThrough > 0 ? _staging.SourceHead : 0, _replace, ReadsBrotli: true) { Overlay = Followed.Overlay });
    }

    private long StagedThrough => !_ignoreStaging && _staging.Mode == Mode && _staging.Through > Base ? _staging.Through : 0;

    private FollowerEffect.BeginStaging Begin()
    {
        _begun = true;
        _ignoreStaging = false;
        _staging = new StagingState(Mode, _from, _floor, 0);
        return new FollowerEffect.BeginStaging(Mode, _floor);
    }

    private FollowerEffect[] GoLive(Checkpoint checkpoint)
    {
        _live = checkpoint;
        _replace = false;
        _step = Step.Live;
        if (_newer is { } newer && newer.Epoch > checkpoint.Position.Epoch) return LeaveSuperseded(checkpoint, newer);
        _tried = _restarts = _mismatchesHere = 0;
        _backoff.Reset();
        Status = Status with { Phase = FollowerPhase.Live, Checkpoint = checkpoint, Through = checkpoint.Position.Sequence, Target = checkpoint.Position.Sequence, Reason = "" };
        return [];
    }

    /// <summary>This parent has nothing new any more. Who has others asks them, and comes back to it at leisure; who has none stays, and says so.</summary>
    private FollowerEffect[] LeaveSuperseded(Checkpoint checkpoint, NewerReign newer)
    {
        var (url, at) = (_parents[_parent], checkpoint.Position);
        Status = Status with { Phase = FollowerPhase.Live, Checkpoint = checkpoint, Through = at.Sequence, Target = at.Sequence };
        _restarts = _mismatchesHere = 0;
        var reason = $"Following {url}: its root was superseded by {newer.Who}, epoch {newer.Epoch}, so nothing new comes from there.";
        if (_parents.Count > 1) return NextParent($"{reason} Asking the other parents.", Patience.Long);
        _tried = 0;
        _backoff.Reset();
        Status = Status with { Reason = $"{reason} Restart this server with --parent {(newer.GrpcUrl.Length > 0 ? newer.GrpcUrl : "and the new root's address")}, or with several parents." };
        return [];
    }

    private FollowerEffect[] NextParent(string reason, Patience patience)
    {
        _mismatchesHere = 0;
        _restarts = 0;
        if (++_tried < _parents.Count)
        {
            _parent = _tried;
            Status = Status with { Reason = reason };
            return [new FollowerEffect.Disconnect(), Call()];
        }

        _tried = 0;
        var delay = patience == Patience.Long ? _backoff.Longest() : _backoff.Next();
        return Pause(patience == Patience.Short && delay > LongestWaitForParent ? LongestWaitForParent : delay, reason);
    }

    private FollowerEffect[] Pause(TimeSpan delay, string reason)
    {
        _step = Step.Idle;
        _parent = 0;
        Status = Status with { Phase = FollowerPhase.Waiting, Reason = reason };
        return [new FollowerEffect.Disconnect(), new FollowerEffect.Wait(delay)];
    }

    private void Expect(bool holds, string what, string when)
    {
        if (!holds) throw Wrong($"sends {what} {when}");
    }

    private IntegrityException Wrong(string what) =>
        new($"Following {_parents[_parent]}: the parent {what}. Nothing of it was taken; compare its version with this server's, or give this server another parent.");

    private static bool IsRival(Position theirs, Position ours) => theirs.Log == ours.Log && theirs.Epoch == ours.Epoch && theirs.EpochId != ours.EpochId;

    private static bool IsOlder(Position theirs, Position ours) =>
        theirs.Log == ours.Log && (theirs.Epoch < ours.Epoch || (theirs.Epoch == ours.Epoch && theirs.Sequence < ours.Sequence));

    private enum Patience
    {
        Normal = 1,
        Short = 2,
        Long = 3,
    }
}
