using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Repair;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;
using Hierarchy.Testing.Simulation;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

/// <summary>Repairs of a mirror: only what differs is fetched, and what is served in the end equals the root's checkpoint.</summary>
public class RepairTests
{
    private static readonly Uri First = new("http://first:8532"), Second = new("http://second:8532");
    private readonly MemoryAuthorityLog _root = new();
    private readonly List<FollowerEffect> _outward = [];
    private readonly List<FollowerEffect.Serve> _served = [];

    [Fact]
    public void Repair_OneRottenRow_FetchesThatAloneAndServesTheRootsState()
    {
        var (follower, log) = LiveAt(200);
        Rot(log, "key-77");
        _root.CommitEach(300, 320); // the source has moved on
        follower.Rotten();
        follower.Settle();

        var (outcome, fetched) = Repair(follower, _root);
        Assert.IsType<RepairOutcome.Staged>(outcome);
        // The rotten one, and what came since is not asked for twice.
        Assert.Equal(22, fetched);
        Follow(follower, _root);

        AssertEqualToRoot(log);
        Assert.True(_served[^1].State.Replaced);
        Assert.Equal((1, FollowerPhase.Live, ""), (follower.Machine.Status.Repairs, follower.Machine.Status.Phase, follower.Machine.Status.Reason));
    }

    [Fact]
    public void Repair_SourceMovesOnWhileRecordsAreFetched_EndsAtItsNewState()
    {
        var (follower, log) = LiveAt(60);
        Rot(log, "key-5");
        Rot(log, "key-6");
        Rot(log, "key-7");
        follower.Rotten();
        follower.Settle();
        var repair = new SimulatedRepair(log, ServerNamed("replica"), isThorough: true, Source(_root));
        // After the comparison and before the records: one moves, one is deleted and its tombstone goes, one stays.
        while (repair.Fetched == 0) Assert.True(repair.Step());
        _root.Commit(Put("key-5", "moved"));
        _root.Commit(Put("key-6", null));
        follower.Repaired(repair.Settle());
        follower.Settle();
        Follow(follower, _root);

        AssertEqualToRoot(log);
        Assert.Equal(1, follower.Machine.Status.Repairs);
    }

    [Fact]
    public void Repair_RowsThatTheSourceNeverHadAndRowsThatAreMissing_AreReplacedAndFetched()
    {
        _root.CommitEach(1, 30);
        _root.Commit(Put("key-3", null));
        var sound = _root.Image;
        // As a disk might come back: a row of another key, one of another kind, one gone, a tombstone come alive.
        var records = sound.Records
            .SetItem(5, sound.Records[5] with { Key = new byte[] { 1, 2, 3 } })
            .SetItem(6, sound.Records[6] with { Kind = 4711 })
            .Remove(7)
            .SetItem(32, sound.Records[32] with { Payload = new byte[] { 9 } });
        var index = records.Values.ToDictionary(record => new RecordKey(record.Kind, record.Key), record => record.Sequence);
        var checkpoint = new Hierarchy.Domain.Changes.Checkpoint(sound.Head.Position, sound.Head.Count, sound.Head.Digest, DateTimeOffset.UnixEpoch, default);
        var log = new MemoryMirrorLog(sound with
        {
            Records = records, Index = System.Collections.Immutable.ImmutableDictionary.CreateRange(index), Head = sound.Head, Epochs = sound.Epochs, Checkpoint = checkpoint,
        });
        var follower = Start(log, First);
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        follower.Settle();
        follower.Rotten();
        follower.Settle();

        var (outcome, fetched) = Repair(follower, _root);
        Assert.Equal(4, fetched);
        Assert.Equal(3, Assert.IsType<RepairOutcome.Staged>(outcome).Replaced - 1); // one of the four was not there to be replaced, and is in nobody's way
        Follow(follower, _root);
        AssertEqualToRoot(log);
    }

    [Fact]
    public void Repair_OfSoundRowsAfterAFalsePage_FetchesNothingAndCatchesUpAgain()
    {
        var (follower, log) = LiveAt(20);
        _root.CommitEach(21, 40);
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        follower.Settle();
        foreach (var message in Source(_root).Open(TakeHello()).Drain()) Give(follower, message is FeedMessage.Page page ? Forge(page) : message);
        Assert.Equal(new FollowerEffect.Repair(0, Thorough: false), _outward[^1]);

        var (outcome, fetched) = Repair(follower, _root);
        Assert.Equal((new RepairOutcome.Sound(), 0), (outcome, fetched));
        Assert.Equal((false, 21L), (TakeHello().Snapshot, TakeHello().Position.Sequence));
        Follow(follower, _root);
        AssertEqualToRoot(log);
        Assert.Equal(0, follower.Machine.Status.Repairs);
    }

    [Fact]
    public void Repair_RottenRowUnderALiveTransaction_IsFoundAndRepaired()
    {
        var (follower, log) = LiveAt(20);
        Rot(log, "key-9");
        _root.Commit(Put("key-9", "new"));
        var before = log.Head;
        // The transaction replaces the rotten row, whose element is not what the digest holds.
        Give(follower, new FeedMessage.Transaction([_root.Image.Records.Values.Last()], Issue(_root.Head), 0, new FeedFrame(default)));
        Assert.Equal((before, 1), (log.Head, follower.Machine.Status.DigestMismatches));

        Repair(follower, _root);
        Follow(follower, _root);
        AssertEqualToRoot(log);
    }

    [Fact]
    public void Repair_SourceWhoseOwnRowsAreRotten_SaysSoAndTheNextParentIsAsked()
    {
        var (follower, log) = LiveAt(30, First, Second);
        var middle = new MemoryMirrorLog(log.Image);
        Rot(middle, "key-3");
        Rot(log, "key-8");
        follower.Rotten();
        follower.Settle();

        var heard = false;
        var repair = new SimulatedRepair(log, ServerNamed("replica"), isThorough: true, Source(middle)) { SourceRotten = () => heard = true };
        var outcome = Assert.IsType<RepairOutcome.SourceWrong>(repair.Settle());
        Assert.True(heard);
        Assert.Contains("do not equal its own checkpoint", outcome.Reason);
        follower.Repaired(outcome);
        follower.Settle();
        Assert.Equal(new FollowerEffect.Repair(1, Thorough: true), _outward[^1]);

        Repair(follower, _root);
        Follow(follower, _root);
        AssertEqualToRoot(log);
    }

    public static TheoryData<string, Func<CompareResponse, CompareResponse>> Lies() => new()
    {
        { "a digest of a kind", answer => { if (answer.Kinds is { } kinds) kinds.Kinds[0].Digest = Google.Protobuf.ByteString.CopyFrom(new byte[2048]); return answer; } },
        { "a count", answer => { if (answer.Kinds is { } kinds) kinds.Kinds[0].Count++; return answer; } },
        { "kinds twice", answer => { if (answer.Kinds is { } kinds) kinds.Kinds.Add(kinds.Kinds[0]); return answer; } },
        { "a floor above its head", answer => { if (answer.Kinds is { } kinds) kinds.Floor = 1_000_000; return answer; } },
        { "buckets of other kinds", answer => { if (answer.Buckets is { } buckets) buckets.Kinds[0].Kind++; return answer; } },
        { "too few buckets", answer => { if (answer.Buckets is { } buckets) buckets.Kinds[0].Fingerprints = Google.Protobuf.ByteString.Empty; return answer; } },
        { "an entry above its state", answer => { if (answer.Entries is { } entries) entries.Entries_[0].Sequence = 1_000_000; return answer; } },
        { "an entry of another bucket", answer => { if (answer.Entries is { } entries) entries.Entries_[0].Key = Google.Protobuf.ByteString.CopyFromUtf8("elsewhere"); return answer; } },
        { "another record", answer => { if (answer.Records is { } records) records.Batch = Batch(Set(2, "key-1", "false")); return answer; } },
        { "answers out of turn", answer => answer.Buckets is not null ? new CompareResponse { Entries = new Entries { Last = true } } : answer },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Repair_SourceThatContradictsItself_TakesNothing(string what, Func<CompareResponse, CompareResponse> lie)
    {
        Assert.NotEmpty(what);
        var (follower, log) = LiveAt(30);
        Rot(log, "key-8");
        var records = log.Image.Records;
        var outcome = new SimulatedRepair(log, ServerNamed("replica"), isThorough: true, Source(_root)) { Tamper = lie }.Settle();

        Assert.IsType<RepairOutcome.SourceWrong>(outcome);
        Assert.Same(records, log.Image.Records);
        follower.Rotten();
        follower.Settle();
        follower.Repaired(outcome);
        follower.Settle();
        Assert.IsType<FollowerEffect.Wait>(_outward[^1]);
        // Every parent twice, then a snapshot.
        follower.Elapse();
        follower.Settle();
        Assert.Equal(new FollowerEffect.Repair(0, Thorough: true), _outward[^1]);
        follower.Repaired(outcome);
        follower.Settle();
        Assert.True(TakeHello().Snapshot);
    }

    [Fact]
    public void Repair_MoreThanHalfDiffers_TakesASnapshot()
    {
        var (follower, log) = LiveAt(10);
        for (var i = 0; i < 40; i++) _root.Commit(new Change(Kind, new[] { (byte)i }, new byte[64 * 1024]));
        Rot(log, "key-8");
        follower.Rotten();
        follower.Settle();

        Assert.IsType<RepairOutcome.TakeSnapshot>(Repair(follower, _root).Outcome);
        Assert.True(TakeHello().Snapshot);
        Follow(follower, _root);
        AssertEqualToRoot(log);
    }

    [Fact]
    public void Repair_SourceBehindOrOfAnotherHistory_ReplacesNothing()
    {
        var (follower, log) = LiveAt(10);
        var older = new MemoryMirrorLog(log.Image);
        _root.CommitEach(11, 15);
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        follower.Settle();
        Follow(follower, _root);
        Rot(log, "key-8");

        Assert.IsType<RepairOutcome.Behind>(new SimulatedRepair(log, ServerNamed("replica"), isThorough: true, Source(older)).Settle());
        Assert.IsType<RepairOutcome.OtherHistory>(new SimulatedRepair(log, ServerNamed("replica"), isThorough: true, Source(new MemoryAuthorityLog())).Settle());
        Assert.Equal(StagingState.None, log.Staging);
    }

    [Fact]
    public void Repair_PowerLostWhileItStages_GoesOnAsASnapshot()
    {
        var (follower, log) = LiveAt(60);
        Rot(log, "key-8");
        follower.Rotten();
        follower.Settle();
        var repair = new SimulatedRepair(log, ServerNamed("replica"), isThorough: true, Source(_root));
        while (log.Staging.Through < 30) Assert.True(repair.Step());

        var again = Start(new MemoryMirrorLog(log.Image), First);
        Assert.Equal((true, log.Staging.Through), (TakeHello().Snapshot, TakeHello().StagedThrough));
        Follow(again, _root);
        AssertEqualToRoot(again.Log);
    }

    [Fact]
    public void Repair_Compaction_KeepsTheTombstonesAboveTheFloorAndNoneBelow()
    {
        var (follower, log) = LiveAt(20);
        foreach (var key in new[] { "key-1", "key-2", "key-3", "key-4" }) _root.Commit(Put(key, null));
        follower.End(FeedEnd.Unavailable, "cut");
        follower.Elapse();
        follower.Settle();
        Follow(follower, _root);
        _root.Compact(23); // two of the four tombstones
        Rot(log, "key-8");
        follower.Rotten();
        follower.Settle();
        Repair(follower, _root);
        Follow(follower, _root);

        AssertEqualToRoot(log);
        Assert.Equal(2, log.Image.Records.Values.Count(record => record.IsTombstone));
        Assert.Equal(23, log.Head.Floor);
    }

    [Fact]
    public void Rot_FoundAfterTheDiskFailedInTheMiddleOfATransaction_IsRepaired()
    {
        _root.CommitEach(1, 20);
        var follower = Start(new MemoryMirrorLog());
        var call = Source(_root).Open(TakeHello());
        foreach (var message in call.Drain()) Give(follower, message);
        follower.Log.BeforeWrite = what => throw new IOException($"No space left on device: {what}");
        _root.Commit(Put("key-5", "moved"));
        foreach (var message in call.Drain()) Give(follower, message);
        follower.Log.BeforeWrite = null;
        follower.Elapse();
        follower.Settle();
        Follow(follower, _root);

        Rot(follower.Log, "key-7");
        follower.Rotten();
        follower.Settle();
        Assert.IsType<RepairOutcome.Staged>(Repair(follower, _root).Outcome);
        Follow(follower, _root);
        AssertEqualToRoot(follower.Log);
    }

    private static EncodedBatch Batch(params ChangeRecord[] records)
    {
        var plain = new byte[RecordBatches.Measure(records)];
        RecordBatches.Write(records, plain);
        return new EncodedBatch { Encoding = Hierarchy.Protocol.Catalog.V1.Encoding.Identity, Size = plain.Length, Data = Google.Protobuf.ByteString.CopyFrom(plain) };
    }

    private static Hierarchy.Domain.Changes.Checkpoint Issue(LogHead head) => new(head.Position, head.Count, head.Digest, DateTimeOffset.UnixEpoch, default);

    private static FeedMessage.Page Forge(FeedMessage.Page page) => page with { Records = [.. page.Records.SkipLast(1), page.Records[^1] with { Payload = new byte[] { 1 } }] };

    private static void Rot(MemoryLog log, string key) =>
        log.Rot(log.Image.Records.Values.Single(record => !record.IsTombstone && System.Text.Encoding.UTF8.GetString(record.Key.Span) == key).Sequence, new byte[] { 0xde, 0xad });

    private void AssertEqualToRoot(MemoryMirrorLog log)
    {
        Assert.Equal(_root.Head.Position, log.Head.Position);
        Assert.Equal(_root.Image.Records.Values.Select(Describe), log.Image.Records.Values.Select(Describe));
        Assert.Equal(_root.Head.Digest.ToArray(), log.Image.RecomputedDigest());
    }

    private (RepairOutcome Outcome, int Fetched) Repair(SimulatedFollower follower, MemoryLog source)
    {
        var asked = Assert.IsType<FollowerEffect.Repair>(_outward[^1]);
        var repair = new SimulatedRepair(follower.Log, ServerNamed("replica"), asked.Thorough, Source(source));
        var outcome = repair.Settle();
        follower.Repaired(outcome);
        follower.Settle();
        return (outcome, repair.Fetched);
    }

    private void Follow(SimulatedFollower follower, MemoryLog source)
    {
        foreach (var message in Source(source).Open(TakeHello()).Drain()) Give(follower, message);
        Assert.Equal(FollowerPhase.Live, follower.Machine.Status.Phase);
    }

    private Hierarchy.Replication.Feed.FollowerHello TakeHello() => Assert.IsType<FollowerEffect.Connect>(_outward[^1]).Hello;

    private SimulatedFollower Start(MemoryMirrorLog log, params Uri[] parents)
    {
        var follower = new SimulatedFollower(log, ServerNamed("replica"), parents.Length > 0 ? parents : [First], new FollowerOptions(), () => 0.5) { OnOutward = _outward.Add, OnServe = _served.Add };
        follower.Settle();
        return follower;
    }

    private (SimulatedFollower Follower, MemoryMirrorLog Log) LiveAt(int commits, params Uri[] parents)
    {
        _root.CommitEach(1, commits);
        var follower = Start(new MemoryMirrorLog(), parents);
        Follow(follower, _root);
        return (follower, follower.Log);
    }

    private static void Give(SimulatedFollower follower, FeedMessage message)
    {
        follower.Receive(message);
        follower.Settle();
    }
}
