using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Xunit;
using static Hierarchy.Domain.Changes.PositionStanding;

namespace Hierarchy.Tests.Changes;

public sealed class EpochHistoryTests
{
    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Guid[] Ids = [Guid.Empty, .. Enumerable.Range(1, 6).Select(_ => Guid.NewGuid())];

    // Epoch 1 wrote 1-9, epoch 2 wrote 10-19, epoch 4 (3 was somebody else's) writes from 20 and stands at 30. The floor is 12.
    private static readonly Epoch[] Epochs = [new(1, Ids[1], Guid.Empty, 1, default), new(2, Ids[2], Ids[1], 10, default), new(4, Ids[4], Ids[2], 20, default)];
    private static readonly LogHead Head = new(new Position(Log, 4, Ids[4], 30), 12, 0, new byte[2048]);

    [Theory]
    // The newest epoch, from before its own record to the head and beyond.
    [InlineData(4, 18, Diverged)]
    [InlineData(4, 19, Valid)]
    [InlineData(4, 20, Valid)]
    [InlineData(4, 30, Valid)]
    [InlineData(4, 31, Behind)]
    [InlineData(4, 1000, Behind)]
    // An epoch in the middle.
    [InlineData(2, 8, Diverged)]
    [InlineData(2, 9, BelowFloor)]
    [InlineData(2, 11, BelowFloor)]
    [InlineData(2, 12, Valid)]
    [InlineData(2, 19, Valid)]
    [InlineData(2, 20, Diverged)]
    [InlineData(2, 31, Diverged)]
    // The first.
    [InlineData(1, 0, BelowFloor)]
    [InlineData(1, 9, BelowFloor)]
    [InlineData(1, 10, Diverged)]
    // One that our history passed by.
    [InlineData(3, 0, Diverged)]
    [InlineData(3, 25, Diverged)]
    [InlineData(3, 40, Diverged)]
    // Newer ones: only from our head on can they follow upon our history.
    [InlineData(5, 29, Diverged)]
    [InlineData(5, 30, Behind)]
    [InlineData(5, 31, Behind)]
    [InlineData(6, 1000, Behind)]
    // Nonsense.
    [InlineData(0, 5, Diverged)]
    [InlineData(-1, 0, Diverged)]
    [InlineData(4, -1, Diverged)]
    public void Locate_EpochAndSequence_StandsWhereItShould(int epoch, long sequence, PositionStanding standing) =>
        Assert.Equal(standing, EpochHistory.Locate(Epochs, Head, new Position(Log, epoch, epoch is > 0 and < 7 ? Ids[epoch] : Guid.Empty, sequence)));

    [Fact]
    public void Locate_EveryPositionThatTheLogEverHad_IsValidWithoutAFloor()
    {
        var head = Head with { Floor = 0 };
        for (var sequence = 0L; sequence <= 30; sequence++)
            Assert.Equal(Valid, EpochHistory.Locate(Epochs, head, EpochHistory.At(Epochs, Log, sequence)));
    }

    [Fact]
    public void Locate_EveryPositionOfALongerHistory_IsBehindOrValidAndNeverDiverged()
    {
        Epoch[] longer = [.. Epochs, new(5, Ids[5], Ids[4], 31, default), new(6, Ids[6], Ids[5], 35, default)];
        for (var sequence = 1L; sequence <= 50; sequence++)
            Assert.Equal(sequence <= 30 ? Valid : Behind, EpochHistory.Locate(Epochs, Head with { Floor = 0 }, EpochHistory.At(longer, Log, sequence)));
    }

    [Fact]
    public void Locate_EveryPositionOfAHistoryThatForkedOff_IsDivergedFromTheForkOn()
    {
        // Another server went on from 25 as epoch 5.
        Epoch[] fork = [.. Epochs, new(5, Ids[5], Ids[4], 26, default)];
        for (var sequence = 26L; sequence < 30; sequence++)
            Assert.Equal(Diverged, EpochHistory.Locate(Epochs, Head, EpochHistory.At(fork, Log, sequence)));
        Assert.Equal(Valid, EpochHistory.Locate(Epochs, Head, EpochHistory.At(fork, Log, 25)));
        Assert.Equal(Diverged, EpochHistory.Locate(fork, Head with { Position = EpochHistory.At(fork, Log, 28) }, Head.Position));
    }

    [Fact]
    public void Locate_SameNumberOtherId_Diverged() =>
        Assert.Equal(Diverged, EpochHistory.Locate(Epochs, Head, new Position(Log, 4, Guid.NewGuid(), 25)));

    [Fact]
    public void Locate_OtherLog_Diverged() =>
        Assert.Equal(Diverged, EpochHistory.Locate(Epochs, Head, new Position(new LogId(Guid.NewGuid()), 4, Ids[4], 25)));

    [Fact]
    public void Locate_NothingYet_StartsFromNothingUnlessThereIsAFloor()
    {
        Assert.Equal(BelowFloor, EpochHistory.Locate(Epochs, Head, Position.Empty));
        Assert.Equal(Valid, EpochHistory.Locate(Epochs, Head with { Floor = 0 }, Position.Empty));
        Assert.Equal(Valid, EpochHistory.Locate(Epochs, Head with { Floor = 0 }, new Position(Log, 0, Guid.Empty, 0)));
        Assert.Equal(Diverged, EpochHistory.Locate(Epochs, Head, new Position(new LogId(Guid.NewGuid()), 0, Guid.Empty, 0)));
    }

    [Fact]
    public void Locate_AtAnEmptyServer_IsBehindUnlessTheAskerIsEmptyToo()
    {
        Assert.Equal(Behind, EpochHistory.Locate([], LogHead.Empty, Head.Position));
        Assert.Equal(Valid, EpochHistory.Locate([], LogHead.Empty, Position.Empty));
    }

    [Fact]
    public void Common_OfTwoHistories_IsWhereTheFirstOfThemEndsTheLastSharedEpoch()
    {
        var (one, two, three) = (Epochs[0], Epochs[1], Epochs[2]);
        var fork = new Epoch(two.Number + Epoch.Leap, Guid.NewGuid(), one.Id, 8, default);
        var head = Head.Position.Sequence;

        Assert.Equal(head, EpochHistory.Common([one, two, three], head, [one, two, three], head + 5));
        Assert.Equal(head - 1, EpochHistory.Common([one, two, three], head, [one, two, three], head - 1));
        Assert.Equal(7, EpochHistory.Common([one, two, three], head, [one, fork], 20));
        Assert.Equal(5, EpochHistory.Common([one], 5, [one, fork], 20));
        Assert.Equal(three.FirstSequence - 1, EpochHistory.Common([one, two, three], head, [one, two, three with { Id = Guid.NewGuid() }], head));
        Assert.Equal(0, EpochHistory.Common([one], 5, [one with { Id = Guid.NewGuid() }], 5));
        Assert.Equal(0, EpochHistory.Common([], 0, [one], 5));
    }

    [Fact]
    public void Read_RecordsInAnyOrder_GivesTheHistory()
    {
        var epochs = EpochHistory.Read(Epochs.Reverse().Select(epoch => (ReadOnlyMemory<byte>)EpochPayload.Write(epoch)), Head.Position);
        Assert.Equal(Epochs.Select(epoch => epoch.Id), epochs.Select(epoch => epoch.Id));
        Assert.Equal(Epochs.Select(epoch => epoch.FirstSequence), epochs.Select(epoch => epoch.FirstSequence));
    }

    [Fact]
    public void Read_HistoriesThatContradictThemselves_AreRefused()
    {
        Refused(Head.Position);
        Refused(Position.Empty, Epochs[0]);
        Refused(Head.Position, Epochs[0], Epochs[1]);
        Refused(Head.Position, Epochs[0], Epochs[2]);
        Refused(Head.Position, Epochs[0], Epochs[1], Epochs[2] with { FirstSequence = 10 });
        Refused(Head.Position, Epochs[0], Epochs[1], Epochs[2] with { FirstSequence = 31 });
        Refused(Head.Position, Epochs[0], Epochs[1], Epochs[2] with { Id = Guid.NewGuid() });
        Refused(Head.Position, Epochs[0], Epochs[1], Epochs[2], Epochs[2]);

        static void Refused(Position head, params Epoch[] epochs) =>
            Assert.Throws<IntegrityException>(() => EpochHistory.Read(epochs.Select(epoch => (ReadOnlyMemory<byte>)EpochPayload.Write(epoch)), head));
    }
}
