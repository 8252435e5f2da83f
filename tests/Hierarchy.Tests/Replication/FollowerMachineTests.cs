using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;
using Hierarchy.Testing.Simulation;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

public class FollowerMachineTests
{
    private static readonly Uri First = new("http://first:8532"), Second = new("http://second:8532");
    private readonly MemoryAuthorityLog _root = new();
    private readonly ServerIdentity _self = ServerNamed("replica");
    private readonly List<FollowerEffect> _outward = [];
    private readonly List<FollowerEffect.Serve> _served = [];

    [Fact]
    public void CatchUp_FromNothing_ServesOnceTheStateOfTheCheckpoint()
    {
        _root.CommitEach(1, 25);
        var follower = Start();
        FollowOnce(follower);

        var served = Assert.Single(_served);
        Assert.Null(served.State.Records);
        Assert.False(served.State.Replaced);
        Assert.Equal(_root.Head.Position, served.State.Checkpoint.Position);
        Assert.Equal((FollowerPhase.Live, ""), (follower.Machine.Status.Phase, follower.Machine.Status.Reason));
        Assert.Equal(_root.Image.Records.Values.Select(Describe), follower.Log.Image.Records.Values.Select(Describe));
    }

    [Fact]
    public void Live_Transactions_AreServedOneByOneWithTheirRecords()
    {
        var follower = Start();
        var source = Source(_root);
        var call = Connect(follower, source);
        _root.Commit(Put("a", "1"), Put("b", "1"));
        _root.Commit(Put("a", null));
        Pass(call, follower);

        Assert.Equal([1L, 3L, 4L], _served.Select(serve => serve.State.Checkpoint.Position.Sequence));
        Assert.Equal([null, 2, 1], _served.Select(serve => serve.State.Records?.Count));
        Assert.All(_served.Skip(1), serve => Assert.NotNull(serve.Frame));
    }

    [Fact]
    public void CatchUp_CutInTheMiddleAndPowerLost_GoesOnWhereItWas()
    {
        _root.CommitEach(1, 35);
        var follower = Start();
        var call = Source(_root).Open(TakeHello());
        foreach (var message in call.Drain().Take(3)) Give(follower, message);
        Assert.Equal((StagingMode.CatchUp, 20), (follower.Log.Staging.Mode, follower.Log.Staging.Through));

        var again = Start(new MemoryMirrorLog(follower.Log.AfterPowerLoss(1)));
        var hello = TakeHello();
        Assert.Equal((10, 36), (hello.StagedThrough, hello.StagedHead));
        var rest = Source(_root).Open(hello);
        Pass(rest, again);

        Assert.Equal(_root.Head.Position, Assert.Single(_served).State.Checkpoint.Position);
    }

    [Fact]
    public void CatchUp_SourceBeginsAnew_DropsWhatWasStaged()
    {
        _root.CommitEach(1, 35);
        var follower = Start();
        foreach (var message in Source(_root).Open(TakeHello()).Drain().Take(3)) Give(follower, message);
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        Settle(follower);

        var other = Source(_root);
        Pass(other.Open(TakeHello() with { StagedThrough = 0 }), follower);

        Assert.Equal(_root.Head.Position, Assert.Single(_served).State.Checkpoint.Position);
    }

    [Fact]
    public void Behind_WithOneParent_WaitsAndKeepsWhatItServes()
    {
        var (follower, log) = LiveAt(5);
        follower.End(FeedEnd.Unavailable, "cut");
        Settle(follower);
        follower.Elapse();
        Settle(follower);
        Give(follower, Introduction(from: log.Head.Position.Sequence));
        Give(follower, new FeedMessage.Behind(log.Head.Position with { Sequence = 2 }));

        Assert.IsType<FollowerEffect.Wait>(_outward[^1]);
        Assert.Equal(FollowerPhase.Waiting, follower.Machine.Status.Phase);
        Assert.Contains("behind this server at 6@1", follower.Machine.Status.Reason);
        Assert.Equal(6, log.Head.Position.Sequence);
        Assert.Equal(StagingState.None, log.Staging);
    }

    [Fact]
    public void Behind_WithTwoParents_TriesTheOtherAtOnce()
    {
        var (follower, log) = LiveAt(5, First, Second);
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        Settle(follower);
        Give(follower, Introduction(from: log.Head.Position.Sequence));
        Give(follower, new FeedMessage.Behind(Position.Empty));

        Assert.Equal(1, Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Parent);
        follower.End(FeedEnd.Unavailable, "refused");
        Settle(follower);
        Assert.IsType<FollowerEffect.Wait>(_outward[^1]);
        follower.Elapse();
        Settle(follower);
        Assert.Equal(0, Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Parent);
    }

    [Fact]
    public void SnapshotRequired_AsksForOneAndServesTheOldStateUntilItIsComplete()
    {
        var (follower, log) = LiveAt(5);
        var old = log.Image.Records;
        _root.CommitEach(6, 30);
        _root.Commit(Put("key-1", null));
        _root.Compact(_root.Head.Position.Sequence);
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        Settle(follower);
        var source = Source(_root);
        Pass(source.Open(TakeHello()), follower);
        var hello = TakeHello();
        Assert.True(hello.Snapshot);

        var messages = source.Open(hello).Drain();
        foreach (var message in messages.SkipLast(1)) Give(follower, message);
        Assert.Same(old, log.Image.Records);
        Assert.Equal(StagingMode.Snapshot, log.Staging.Mode);
        Give(follower, messages[^1]);

        Assert.True(_served[^1].State.Replaced);
        Assert.Equal(_root.Head.Floor, log.Head.Floor);
        Assert.Equal(_root.Image.Records.Values.Select(Describe), log.Image.Records.Values.Select(Describe));
    }

    [Fact]
    public void Snapshot_PowerLostInTheMiddle_StaysASnapshotAndGoesOn()
    {
        var (follower, log) = LiveAt(5);
        _root.CommitEach(6, 30);
        Give(follower, new FeedMessage.SnapshotRequired(9));
        var call = Source(_root).Open(TakeHello());
        foreach (var message in call.Drain().Take(3)) Give(follower, message);
        Assert.Equal((StagingMode.Snapshot, 20), (log.Staging.Mode, log.Staging.Through));

        var again = Start(new MemoryMirrorLog(log.Image));
        var hello = TakeHello();
        Assert.Equal((true, 20, 6L), (hello.Snapshot, hello.StagedThrough, hello.Position.Sequence));
        Pass(Source(_root).Open(hello), again);

        Assert.True(_served[^1].State.Replaced);
        Assert.Equal(_root.Head.Position, again.Log.Head.Position);
    }

    [Fact]
    public void Diverged_FromAHigherEpoch_TakesASnapshot()
    {
        var (follower, log) = LiveAt(5);
        Give(follower, new FeedMessage.Diverged(log.Head.Position with { Epoch = 2, EpochId = Guid.NewGuid() }, "Another history."));

        var hello = TakeHello();
        Assert.Equal((true, 0), (hello.Snapshot, hello.StagedThrough));
        Assert.Contains("Another history. Taking a snapshot.", follower.Machine.Status.Reason);
    }

    [Theory]
    [InlineData(0, "older than epoch")]
    [InlineData(1, "two roots")]
    public void Diverged_FromAnOlderOrARivalEpoch_TakesNothingAndSaysWhy(int epoch, string reason)
    {
        var (follower, log) = LiveAt(5);
        Give(follower, new FeedMessage.Diverged(log.Head.Position with { Epoch = epoch, EpochId = Guid.NewGuid(), Sequence = 99 }, "Another history."));

        Assert.IsType<FollowerEffect.Wait>(_outward[^1]);
        Assert.Contains(reason, follower.Machine.Status.Reason);
        Assert.Equal(StagingState.None, log.Staging);
    }

    [Fact]
    public void Started_ParentWasSupersededAndThereAreOthers_TakesWhatItHasAndAsksThem()
    {
        _root.CommitEach(1, 5);
        var follower = Start(null, First, Second);
        Pass(Source(_root).Open(TakeHello()), follower, Superseded);

        Assert.Equal(_root.Head.Position, Assert.Single(_served).State.Checkpoint.Position);
        Assert.Equal(1, Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Parent);
        Assert.Contains("superseded by heir at http://heir:8532, epoch 100001", follower.Machine.Status.Reason);

        // The other one is away: it asks both in turn, with longer and longer waits, and what it has is served.
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 3; i++)
        {
            follower.End(FeedEnd.Unavailable, "away");
            Settle(follower);
            waits.Add(Assert.IsType<FollowerEffect.Wait>(_outward[^1]).Delay);
            follower.Elapse();
            Settle(follower);
            Pass(Source(_root).Open(TakeHello()), follower, Superseded);
        }

        Assert.Equal(waits.Order().Distinct(), waits);
        Assert.Single(_served);
        Assert.Equal(_root.Head.Position, follower.Machine.Status.Checkpoint!.Position); // served
    }

    [Fact]
    public void Started_TheOnlyParentWasSuperseded_StaysAndSaysWhatToDo()
    {
        _root.CommitEach(1, 5);
        var follower = Start(null, First);
        Pass(Source(_root).Open(TakeHello()), follower, Superseded);

        Assert.Equal(FollowerPhase.Live, follower.Machine.Status.Phase);
        Assert.Contains("--parent http://heir:8532", follower.Machine.Status.Reason);
    }

    [Fact]
    public void Started_ParentHasComeToTheNewReign_IsFollowed()
    {
        var heir = new MemoryAuthorityLog(_root.Image, start: AuthorityStart.AfterLoss);
        var follower = Start(null, First, Second);
        Pass(Source(heir).Open(TakeHello()), follower, Superseded);

        Assert.Equal((FollowerPhase.Live, ""), (follower.Machine.Status.Phase, follower.Machine.Status.Reason));
    }

    [Fact]
    public void Mismatch_IsNeverServed_AndEndsInASnapshotFromTheSameParentThenTheNext()
    {
        _root.CommitEach(1, 5);
        var follower = Start(null, First, Second);
        Pass(Source(_root).Open(TakeHello()), follower, Forge);

        Assert.Empty(_served);
        Assert.Equal(1, follower.Machine.Status.DigestMismatches);
        Assert.True(follower.Log.Head.Position.IsEmpty);
        Assert.Equal(0, Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Parent);

        Pass(Source(_root).Open(TakeHello()), follower, Forge);
        Assert.Equal(1, Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Parent);

        Pass(Source(_root).Open(TakeHello()), follower);
        Assert.Equal(_root.Head.Position, Assert.Single(_served).State.Checkpoint.Position);
        Assert.Equal(2, follower.Machine.Status.DigestMismatches);
    }

    [Fact]
    public void Mismatch_OfALiveTransaction_ChangesNothingAndCompares()
    {
        var (follower, log) = LiveAt(5);
        var (image, served) = (log.Image, _served.Count);
        var next = Checkpoint(7) with { Position = log.Head.Position with { Sequence = 7 } };
        Give(follower, new FeedMessage.Transaction([Set(7, "a", "forged")], next, 0, new FeedFrame(default)));

        Assert.Same(image, log.Image);
        Assert.Equal(served, _served.Count);
        Assert.Equal(new FollowerEffect.Repair(0, Thorough: false), _outward[^1]);
    }

    [Fact]
    public void Mismatch_OfABookmark_Compares()
    {
        var (follower, log) = LiveAt(5);
        Give(follower, new FeedMessage.Bookmark(log.Checkpoint! with { Digest = new byte[2048], Time = DateTimeOffset.UnixEpoch.AddDays(1) })); // live

        Assert.Equal(new FollowerEffect.Repair(0, Thorough: false), _outward[^1]);
        Assert.Equal((1, FollowerPhase.Repairing), (follower.Machine.Status.DigestMismatches, follower.Machine.Status.Phase));
    }

    [Fact]
    public void Bookmark_Reissued_IsKept()
    {
        var (follower, log) = LiveAt(5);
        var reissued = log.Checkpoint! with { Time = DateTimeOffset.UnixEpoch.AddDays(1) }; // live
        Give(follower, new FeedMessage.Bookmark(reissued));

        Assert.Equal(reissued, log.Checkpoint);
    }

    [Fact]
    public void Started_OwnIdInTheAncestry_LeavesForTheNextParent()
    {
        var follower = Start(null, First, Second);
        Give(follower, Introduction(from: 0, ancestry: [Guid.NewGuid(), _self.Id]));

        Assert.Equal(1, Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Parent);
        Assert.Contains("Give one of them another parent", follower.Machine.Status.Reason);
    }

    public static TheoryData<string, object[]> WrongOrders() => new()
    {
        { "a page before the introduction", [new FeedMessage.Page([Set(7, "a", "1")], 7, 7)] },
        { "twice introduced", [Introduction(6), Introduction(6)] },
        { "begins elsewhere", [Introduction(3)] },
        { "a page that goes back", [Introduction(6), new FeedMessage.Page([Set(7, "a", "1")], 9, 9), new FeedMessage.Page([Set(8, "a", "1")], 9, 9)] },
        { "a record below the page", [Introduction(6), new FeedMessage.Page([Set(6, "a", "1")], 9, 9)] },
        { "a record above the page", [Introduction(6), new FeedMessage.Page([Set(7, "a", "1")], 6, 9)] },
        { "a page above its own head", [Introduction(6), new FeedMessage.Page([Set(7, "a", "1")], 9, 8)] },
        { "caught up elsewhere", [Introduction(6), new FeedMessage.Page([Set(7, "a", "1")], 9, 9), new FeedMessage.CaughtUp(Checkpoint(8))] },
        { "a transaction before CaughtUp", [Introduction(6), new FeedMessage.Transaction([Set(7, "a", "1")], Checkpoint(7), 0, new FeedFrame(default))] },
        { "a bookmark before CaughtUp", [Introduction(6), new FeedMessage.Bookmark(Checkpoint(6))] },
    };

    [Theory]
    [MemberData(nameof(WrongOrders))]
    public void Messages_InAWrongOrder_EndTheCallAndChangeNothing(string what, object[] messages)
    {
        Assert.NotEmpty(what);
        var (follower, log) = LiveAt(5);
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        Settle(follower);
        var wrong = 0;
        follower.OnWrong = _ => wrong++;
        var (records, served) = (log.Image.Records, _served.Count);
        foreach (var message in messages) Give(follower, (FeedMessage)message);

        Assert.Equal(1, wrong);
        Assert.Same(records, log.Image.Records);
        Assert.Equal(served, _served.Count);
        Assert.IsType<FollowerEffect.Wait>(_outward[^1]);
    }

    [Theory]
    [InlineData(7, 6)] // behind where it is
    [InlineData(6, 6)]
    public void Transaction_ThatLeadsBack_EndsTheCall(long record, long sequence)
    {
        var (follower, log) = LiveAt(5);
        var image = log.Image;
        var wrong = 0;
        follower.OnWrong = _ => wrong++;
        Give(follower, new FeedMessage.Transaction([Set(record, "a", "1")], log.Checkpoint! with { Position = log.Head.Position with { Sequence = sequence } }, 0, new FeedFrame(default))); // live

        Assert.Equal(1, wrong);
        Assert.Same(image, log.Image);
    }

    [Fact]
    public void Snapshot_OlderThanWhatIsServed_IsNotTaken()
    {
        var (follower, log) = LiveAt(9);
        Give(follower, new FeedMessage.SnapshotRequired(3));
        var position = log.Head.Position with { Sequence = 4 };
        Give(follower, Introduction(0));
        Give(follower, new FeedMessage.Page([Set(4, "a", "1")], 4, 4));
        Give(follower, new FeedMessage.CaughtUp(new Checkpoint(position, 1, new byte[2048], DateTimeOffset.UnixEpoch, default)));

        Assert.Equal(10, log.Head.Position.Sequence);
        Assert.Contains("older than 10@1", follower.Machine.Status.Reason);
    }

    [Fact]
    public void Snapshot_OfARivalReign_IsNotTaken()
    {
        var (follower, log) = LiveAt(9);
        Give(follower, new FeedMessage.SnapshotRequired(3));
        var position = log.Head.Position with { EpochId = Guid.NewGuid(), Sequence = 40 };
        Give(follower, Introduction(0));
        Give(follower, new FeedMessage.Page([Set(40, "a", "1")], 40, 40));
        Give(follower, new FeedMessage.CaughtUp(new Checkpoint(position, 1, new byte[2048], DateTimeOffset.UnixEpoch, default)));

        Assert.Equal(10, log.Head.Position.Sequence);
        Assert.Contains("two roots are writing epoch 1", follower.Machine.Status.Reason);
    }

    [Fact]
    public void Backoff_DoublesToItsLimitWithJitter()
    {
        var low = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), () => 0);
        var high = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), () => 1);

        Assert.Equal([0.5, 1, 2, 4, 5, 5], Enumerable.Range(0, 6).Select(_ => low.Next().TotalSeconds));
        Assert.Equal([1, 2, 4, 8, 10, 10], Enumerable.Range(0, 6).Select(_ => high.Next().TotalSeconds));
    }

    [Fact]
    public void Started_ParentServesRefusedDecisions_NothingIsTakenAndTheNextIsCalled()
    {
        var (lab, other) = (new LogId(Guid.NewGuid()), new LogId(Guid.NewGuid()));
        var asked = new List<(int, LogId)>();
        var machine = new FollowerMachine(_self, [First, Second], new FollowerOptions(), () => 0.5)
        {
            Followed = new FollowedLog { Overlay = lab, Refuse = (parent, named) => { asked.Add((parent, named)); return named == lab ? null : "it serves others"; } },
        };
        Assert.Equal(lab, Assert.IsType<FollowerEffect.Connect>(Assert.Single(machine.Start(null, StagingState.None))).Hello.Overlay);

        var effects = machine.OnMessage(Introduction(0) with { Overlay = other });

        Assert.Equal(1, Assert.IsType<FollowerEffect.Connect>(effects[^1]).Parent);
        Assert.Contains("it serves others", machine.Status.Reason, StringComparison.Ordinal);
        Assert.Equal(lab, Assert.IsType<FollowerEffect.Introduced>(Assert.Single(machine.OnMessage(Introduction(0) with { Overlay = lab }))).Overlay);
        Assert.Equal([(0, other), (1, lab)], asked);
    }

    [Fact]
    public void Started_ParentThatHasNothing_SaysNothingOfItsDecisions()
    {
        var machine = new FollowerMachine(_self, [First], new FollowerOptions(), () => 0.5) { Followed = new FollowedLog { Refuse = (_, _) => "never" } };
        machine.Start(null, StagingState.None);
        var frame = FeedCodec.Started(_self with { Id = Guid.NewGuid() }, [], floor: 0, from: 0, head: 0, new LogId(Guid.NewGuid()));

        var effects = machine.OnMessage(FeedCodec.Read(frame.Bytes));

        Assert.Null(Assert.IsType<FollowerEffect.Introduced>(Assert.Single(effects)).Overlay);
    }

    [Fact]
    public void Staging_ThatItsFoldCannotRead_IsTakenAnew()
    {
        _root.CommitEach(1, 25);
        var follower = Start();
        follower.Log.BeforeWrite = what =>
        {
            if (what == "fold") throw new Hierarchy.Domain.IntegrityException("An epoch record of 1 byte cannot be read.");
        };
        FollowOnce(follower);
        Assert.NotEqual(FollowerPhase.Live, follower.Machine.Status.Phase);
        follower.Log.BeforeWrite = null;
        follower.Elapse();
        Settle(follower);

        Assert.Equal(0, TakeHello().StagedThrough);
        FollowOnce(follower);
        Assert.Equal((FollowerPhase.Live, _root.Head.Position), (follower.Machine.Status.Phase, follower.Log.Head.Position));
    }

    private SimulatedFollower Start(MemoryMirrorLog? log = null, params Uri[] parents)
    {
        var follower = new SimulatedFollower(log ?? new MemoryMirrorLog(), _self, parents.Length > 0 ? parents : [First], new FollowerOptions(), () => 0.5)
        {
            OnOutward = _outward.Add,
            OnServe = _served.Add,
        };
        Settle(follower);
        return follower;
    }

    private (SimulatedFollower Follower, MemoryMirrorLog Log) LiveAt(int commits, params Uri[] parents)
    {
        _root.CommitEach(1, commits);
        var follower = Start(null, parents);
        Connect(follower, Source(_root));
        Assert.Equal(FollowerPhase.Live, follower.Machine.Status.Phase);
        return (follower, follower.Log);
    }

    private void FollowOnce(SimulatedFollower follower) => Connect(follower, Source(_root));

    private SimulatedCall Connect(SimulatedFollower follower, SimulatedSource source)
    {
        var call = source.Open(TakeHello());
        Pass(call, follower);
        return call;
    }

    private Hierarchy.Replication.Feed.FollowerHello TakeHello() => Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Hello;

    private static void Pass(SimulatedCall call, SimulatedFollower follower, Func<FeedMessage, FeedMessage>? change = null)
    {
        foreach (var message in call.Drain()) Give(follower, change?.Invoke(message) ?? message);
    }

    private static FeedMessage Superseded(FeedMessage message) => message is FeedMessage.Started started
        ? started with { Newer = new NewerReign(1 + Epoch.Leap, Guid.NewGuid(), "heir", "http://heir:8532") }
        : message;

    private static FeedMessage Forge(FeedMessage message) =>
        message is FeedMessage.Page page ? page with { Records = [.. page.Records.SkipLast(1), page.Records[^1] with { Payload = new byte[] { 1 } }] } : message;

    private static void Give(SimulatedFollower follower, FeedMessage message)
    {
        follower.Receive(message);
        Settle(follower);
    }

    private static void Settle(SimulatedFollower follower) => follower.Settle();

    private static FeedMessage.Started Introduction(long from, IReadOnlyList<Guid>? ancestry = null) => new(Guid.NewGuid(), "parent", ancestry ?? [], 0, "", from, 100);
}
