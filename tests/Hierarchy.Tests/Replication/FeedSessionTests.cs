using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

public class FeedSessionTests
{
    private readonly MemoryAuthorityLog _log = new();

    [Fact]
    public void Open_EmptyFollower_GetsPagesThenCaughtUpWithTheHeadsState()
    {
        _log.CommitEach(1, 25);
        var call = Source(_log).Open(Hello());

        var messages = call.Drain();

        var started = Assert.IsType<FeedMessage.Started>(messages[0]);
        Assert.Equal((0, 26), (started.From, started.Head));
        Assert.Equal([10L, 20L, 26L], messages.OfType<FeedMessage.Page>().Select(page => page.Through));
        Assert.Equal(26, messages.OfType<FeedMessage.Page>().Sum(page => page.Records.Count));
        var caughtUp = Assert.IsType<FeedMessage.CaughtUp>(messages[^1]);
        Assert.Equal((_log.Head.Position, _log.Head.Count), (caughtUp.Checkpoint.Position, caughtUp.Checkpoint.Count));
        Assert.Equal(_log.Head.Digest.ToArray(), caughtUp.Checkpoint.Digest.ToArray());
    }

    [Fact]
    public void Live_TransactionsAsTheyAreCommitted_EachWithItsState()
    {
        var call = Source(_log).Open(Hello());
        call.Drain();
        _log.Commit(Put("a", "1"), Put("b", "1"));
        _log.Commit(Put("a", null));

        var transactions = call.Drain().Cast<FeedMessage.Transaction>().ToArray();

        Assert.Equal([3L, 4L], transactions.Select(transaction => transaction.Checkpoint.Position.Sequence));
        Assert.Equal([2, 1], transactions.Select(transaction => transaction.Records.Count));
        Assert.True(transactions[1].Records[0].IsTombstone);
    }

    [Fact]
    public void Open_FollowerAtTheHead_IsCaughtUpWithoutPages()
    {
        _log.CommitEach(1, 5);
        var messages = Source(_log).Open(Hello(_log.Head.Position)).Drain();

        Assert.Equal([typeof(FeedMessage.Started), typeof(FeedMessage.CaughtUp)], messages.Select(message => message.GetType()));
    }

    [Fact]
    public void Open_PlaceInTheTail_GoesOnLiveFromThere()
    {
        var source = Source(_log);
        _log.CommitEach(1, 3);
        var position = _log.Head.Position;
        _log.CommitEach(4, 6);

        var messages = source.Open(Hello(position)).Drain();

        Assert.Equal(position, Assert.IsType<FeedMessage.CaughtUp>(messages[1]).Checkpoint.Position);
        Assert.Equal([5L, 6L, 7L], messages.OfType<FeedMessage.Transaction>().Select(transaction => transaction.Checkpoint.Position.Sequence));
        Assert.Equal(0, source.PagesRead);
    }

    [Fact]
    public void Live_FallenOutOfTheTail_GetsPagesAndCaughtUpAgain()
    {
        var source = Source(_log, new FeedOptions { PageRecords = 10, TailTransactions = 3 });
        var call = source.Open(Hello());
        call.Drain();
        _log.CommitEach(1, 8);

        var messages = call.Drain();

        Assert.Equal([typeof(FeedMessage.Page), typeof(FeedMessage.CaughtUp)], messages.Select(message => message.GetType()));
        Assert.Equal(Enumerable.Range(2, 8).Select(i => (long)i), ((FeedMessage.Page)messages[0]).Records.Select(record => record.Sequence));
        _log.Commit(Put("after", "1"));
        Assert.IsType<FeedMessage.Transaction>(Assert.Single(call.Drain()));
    }

    [Fact]
    public void Open_FollowerAhead_IsToldBehind()
    {
        _log.CommitEach(1, 3);
        var ahead = _log.Head.Position with { Sequence = 9 };

        var call = Source(_log).Open(Hello(ahead));

        Assert.Equal(_log.Head.Position, Assert.IsType<FeedMessage.Behind>(call.Drain()[1]).Head);
        Assert.True(call.IsEnded);
        Assert.IsType<FeedMessage.Behind>(Source(_log).Open(Hello(ahead, snapshot: true)).Drain()[1]);
    }

    [Fact]
    public void Open_SourceWithNothing_IsBehindEverybody()
    {
        var source = Source(new MemoryMirrorLog());

        Assert.True(Assert.IsType<FeedMessage.Behind>(source.Open(Hello()).Drain()[1]).Head.IsEmpty);
        Assert.IsType<FeedMessage.Behind>(source.Open(Hello(_log.Head.Position)).Drain()[1]);
    }

    [Fact]
    public void Open_AnotherHistory_IsDiverged()
    {
        _log.CommitEach(1, 3);
        var source = Source(_log);
        var head = _log.Head.Position;

        Assert.IsType<FeedMessage.Diverged>(source.Open(Hello(head with { Log = new LogId(Guid.NewGuid()) })).Drain()[1]);
        Assert.IsType<FeedMessage.Diverged>(source.Open(Hello(head with { EpochId = Guid.NewGuid(), Sequence = 2 })).Drain()[1]);
        Assert.IsType<FeedMessage.Diverged>(source.Open(Hello(head with { Epoch = 2, EpochId = Guid.NewGuid(), Sequence = 2 })).Drain()[1]);
    }

    [Fact]
    public void Open_SequenceThatItsEpochNeverReached_IsDiverged()
    {
        _log.CommitEach(1, 3);
        var before = _log.Head.Position;
        var reopened = new MemoryAuthorityLog(_log.Image);
        reopened.CommitEach(4, 9);

        // In the first epoch 4 was the last; whoever has 6 of it has what was lost.
        Assert.IsType<FeedMessage.Diverged>(Source(reopened).Open(Hello(before with { Sequence = 6 })).Drain()[1]);
        Assert.IsType<FeedMessage.Page>(Source(reopened).Open(Hello(before)).Drain()[1]);
    }

    [Fact]
    public void Open_PositionBelowTheFloor_NeedsASnapshot()
    {
        _log.CommitEach(1, 3);
        var old = _log.Head.Position;
        _log.CommitEach(4, 9);
        _log.Compact(8);
        var source = Source(_log);

        Assert.Equal(8, Assert.IsType<FeedMessage.SnapshotRequired>(source.Open(Hello(old)).Drain()[1]).Floor);

        var snapshot = source.Open(Hello(old, snapshot: true)).Drain();
        Assert.Equal((8, 0), (((FeedMessage.Started)snapshot[0]).Floor, ((FeedMessage.Started)snapshot[0]).From));
        Assert.IsType<FeedMessage.CaughtUp>(snapshot[^1]);
    }

    [Fact]
    public void Open_SelfOrAncestor_IsRefusedAsALoop()
    {
        var self = ServerNamed("source");
        var grandparent = Guid.NewGuid();
        var source = Source(_log, self: self);
        source.Ancestry = [self.Id, Guid.NewGuid(), grandparent];

        var (own, above) = (source.Open(Hello(id: self.Id)), source.Open(Hello(id: grandparent)));

        Assert.Empty(own.Drain());
        Assert.Empty(above.Drain());
        Assert.Contains("loop", own.Refused);
        Assert.Contains("Give 'follower' another parent", above.Refused);
    }

    [Fact]
    public void Open_WithStagedPages_GoesOnAfterThem()
    {
        _log.CommitEach(1, 25);
        var messages = Source(_log).Open(Hello(staged: 20, stagedHead: 26)).Drain();

        Assert.Equal(20, ((FeedMessage.Started)messages[0]).From);
        Assert.Equal(26, Assert.Single(messages.OfType<FeedMessage.Page>()).Through);
    }

    [Theory]
    [InlineData(20, 0, 99)] // read at a head that this source has not reached: what moved above its own head is missing
    [InlineData(40, 0, 26)] // beyond the head
    [InlineData(10, 5, 26)] // the floor rose above the pages and above the floor of their beginning: tombstones are gone
    public void Open_WithStagedPagesThatDoNotFit_BeginsAnew(long through, long floor, long head)
    {
        _log.CommitEach(1, 25);
        _log.Compact(15);

        var messages = Source(_log).Open(Hello(staged: through, stagedFloor: floor, stagedHead: head)).Drain();

        Assert.Equal(0, ((FeedMessage.Started)messages[0]).From);
        Assert.IsType<FeedMessage.CaughtUp>(messages[^1]);
    }

    [Fact]
    public void CatchUp_FloorRisesAboveItsPlace_NeedsASnapshot()
    {
        _log.CommitEach(1, 25);
        var call = Source(_log).Open(Hello());
        FeedFrame? frame = null;
        while (frame is null || FeedCodec.Read(frame.Bytes) is not FeedMessage.Page) call.Step(out frame);
        _log.Commit(Put("key-1", null));
        _log.Compact(_log.Head.Position.Sequence);

        Assert.IsType<FeedMessage.SnapshotRequired>(call.Drain()[^1]);
        Assert.True(call.IsEnded);
    }

    [Fact]
    public void CatchUp_WritesMeanwhile_AreInTheLaterPages()
    {
        _log.CommitEach(1, 25);
        var call = Source(_log).Open(Hello());
        FeedFrame? frame = null;
        while (frame is null || FeedCodec.Read(frame.Bytes) is not FeedMessage.Page) call.Step(out frame);
        _log.Commit(Put("key-1", "again"), Put("new", "1"));

        var messages = call.Drain();

        Assert.Contains(messages.OfType<FeedMessage.Page>().SelectMany(page => page.Records), record => Describe(record).EndsWith(Convert.ToHexString("again"u8), StringComparison.Ordinal));
        Assert.Equal(28, ((FeedMessage.CaughtUp)messages[^1]).Checkpoint.Position.Sequence);
    }

    [Fact]
    public async Task Mirror_ReplacedByAnotherHistoryDuringACatchUp_SaysDiverged()
    {
        var mirror = new MemoryMirrorLog();
        _log.CommitEach(1, 25);
        await FoldAsync(mirror, _log);
        var source = Source(mirror);
        var call = source.Open(Hello());
        FeedFrame? frame = null;
        while (frame is null || FeedCodec.Read(frame.Bytes) is not FeedMessage.Page) call.Step(out frame);

        var other = new MemoryAuthorityLog();
        other.CommitEach(1, 40);
        await FoldAsync(mirror, other);
        source.Serve(new FoldedState(mirror.Checkpoint!, null, Replaced: true), null); // just folded

        Assert.IsType<FeedMessage.Diverged>(call.Drain()[^1]);
    }

    [Fact]
    public async Task Mirror_FoldedAnew_LiveFollowersAtThatStateNoticeNothing()
    {
        var mirror = new MemoryMirrorLog();
        await FoldAsync(mirror, _log);
        var source = Source(mirror);
        var call = source.Open(Hello(mirror.Head.Position));
        call.Drain();

        source.Serve(new FoldedState(mirror.Checkpoint!, null), null); // just folded

        Assert.Empty(call.Drain());
        Assert.False(call.IsEnded);
    }

    [Fact]
    public void Bookmark_WithNothingToSay_CarriesTheReissuedCheckpoint()
    {
        var call = Source(_log).Open(Hello(_log.Head.Position));
        call.Drain();
        call.Bookmark();

        Assert.Equal(_log.Head.Position, Assert.IsType<FeedMessage.Bookmark>(Assert.Single(call.Drain())).Checkpoint.Position);
    }

    [Fact]
    public void Pages_ForManyFollowers_AreReadAndEncodedOnce()
    {
        _log.CommitEach(1, 99);
        var source = Source(_log);
        var middle = EpochHistory.At(_log.Epochs, _log.Head.Position.Log, 34);

        var first = source.Open(Hello()).Drain();
        var read = source.PagesRead;
        source.Open(Hello()).Drain();
        Assert.Equal(read, source.PagesRead);

        // One that starts within a page reads as far as its end, and has the same pages as the others from there.
        var late = source.Open(Hello(middle)).Drain();
        Assert.Equal(read + 1, source.PagesRead);
        Assert.Equal([40L, 50, 60, 70, 80, 90, 100], late.OfType<FeedMessage.Page>().Select(page => page.Through));
        Assert.Equal(10, first.OfType<FeedMessage.Page>().Count());
    }

    [Fact]
    public void Pages_AfterACompaction_AreNotTakenFromBefore()
    {
        _log.CommitEach(1, 30);
        var source = Source(_log);
        source.Open(Hello()).Drain();
        _log.Commit(Put("key-1", null));
        _log.Compact(_log.Head.Position.Sequence);

        var messages = source.Open(Hello()).Drain();

        Assert.DoesNotContain(messages.OfType<FeedMessage.Page>().SelectMany(page => page.Records), record => Describe(record).Contains(Convert.ToHexString("key-1"u8) + "=", StringComparison.Ordinal));
        Assert.IsType<FeedMessage.CaughtUp>(messages[^1]);
    }

    [Fact]
    public void Tail_KeepsNoMoreThanItMay()
    {
        var tail = new FeedTail(new FeedOptions { TailBytes = 50_000, TailTransactions = 1000 }, 0);
        for (var i = 1; i <= 500; i++)
        {
            var records = new[] { Set(i, "key", new string('x', 500)) };
            tail.Append(after => new TailEntry(after, records, Checkpoint(records[0].Sequence), 0), i);
        }

        Assert.Equal(FeedTail.Answer.Lost, tail.Next(100, 0, out _));
        Assert.Equal(FeedTail.Answer.Entry, tail.Next(499, 0, out var entry));
        Assert.Equal(500, entry!.Through);
        Assert.Equal(FeedTail.Answer.Wait, tail.Next(500, 0, out _));
        var oldest = Enumerable.Range(0, 500).First(after => tail.Next(after, 0, out _) == FeedTail.Answer.Entry);
        Assert.InRange(500 - oldest, 5, 50);
    }

    [Fact]
    public void Floor_MayRiseNoHigherThanAConnectedFollowerNeeds()
    {
        _log.CommitEach(1, 25);
        var call = Source(_log).Open(Hello());
        FeedFrame? frame = null;
        while (frame is null || FeedCodec.Read(frame.Bytes) is not FeedMessage.Page) call.Step(out frame);
        Assert.Equal(10, call.Session.HighestSafeFloor);
        call.Drain();
        Assert.Equal(26, call.Session.HighestSafeFloor);
    }

    private static async Task FoldAsync(MemoryMirrorLog mirror, MemoryAuthorityLog log)
    {
        var page = log.Image.ReadPage(0, int.MaxValue, int.MaxValue);
        await mirror.BeginStagingAsync(StagingMode.Snapshot, 0, CancellationToken.None);
        await mirror.StageAsync(page.Records, page.Through, page.Through, CancellationToken.None);
        var checkpoint = new Checkpoint(log.Head.Position, log.Head.Count, log.Head.Digest, DateTimeOffset.UnixEpoch, ReadOnlyMemory<byte>.Empty);
        Assert.Equal(FoldResult.Folded, await mirror.FoldAsync(checkpoint, CancellationToken.None));
    }
}
