using Hierarchy.Domain.Changes;
using Xunit;
using static Hierarchy.Domain.Changes.PositionStanding;

namespace Hierarchy.Tests.Changes;

public sealed class ReaderStandingTests
{
    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Guid First = Guid.NewGuid(), Second = Guid.NewGuid(), Other = Guid.NewGuid();

    // Epoch 1 wrote 1-9, epoch 2 writes from 10 and stands at 30.
    private static readonly Epoch[] Epochs = [new(1, First, Guid.Empty, 1, default), new(2, Second, First, 10, default)];
    private static readonly LogHead Head = new(new Position(Log, 2, Second, 30), 0, 0, new byte[2048]);

    [Fact]
    public void Of_NewerReignThatTheServerDoesNotKnow_KeepsWhatItHas() =>
        Assert.Equal(Behind, ReaderStanding.Of(Epochs, Head, new Position(Log, 3, Other, 20)));

    [Fact]
    public void Of_TwoReignsOfOneNumber_KeepsWhatItHas() =>
        Assert.Equal(Behind, ReaderStanding.Of(Epochs, Head, new Position(Log, 2, Other, 25)));

    [Fact]
    public void Of_HeadThatIsServedStillWhileTheLogHoldsANewerReign_KeepsWhatItHas() =>
        Assert.Equal(Behind, ReaderStanding.Of([.. Epochs, new Epoch(3, Other, Second, 28, default)], Head with { Position = Head.Position with { Sequence = 20 } }, new Position(Log, 2, Second, 29)));

    [Fact]
    public void Of_HeadThatIsServedStillWhileTheLogHoldsAnotherHistory_KeepsWhatItHas()
    {
        // A root that was restored to sequence 4 begins epoch 100,002; the log has taken that history, what is served is not swapped yet.
        Epoch[] restored = [Epochs[0], new(100_002, Other, First, 5, default)];
        Assert.Equal(Behind, ReaderStanding.Of(restored, Head, new Position(Log, 100_002, Other, 6)));
        // Old files put in the root's place: the same number is another reign, or the reign that is served was cut short.
        Assert.Equal(Behind, ReaderStanding.Of([Epochs[0], new(2, Other, First, 5, default), new(3, First, Other, 8, default)], Head, new Position(Log, 3, First, 9)));
        Assert.Equal(Behind, ReaderStanding.Of([.. Epochs, new(3, Other, Second, 20, default)], Head, new Position(Log, 3, Other, 25)));
        // Who has nothing is led nowhere.
        Assert.Equal(Valid, ReaderStanding.Of(restored, Head, default));
    }

    [Fact]
    public void Of_OlderReignThatWasNotKept_IsSentToTheNewOne() =>
        Assert.Equal(Diverged, ReaderStanding.Of(Epochs, Head, new Position(Log, 1, First, 15)));

    [Fact]
    public void Of_AnotherLog_IsSentToThisOne() =>
        Assert.Equal(Diverged, ReaderStanding.Of(Epochs, Head, new Position(new LogId(Guid.NewGuid()), 9, Other, 15)));

    [Fact]
    public void Of_KnownPosition_IsAsInTheHistory()
    {
        foreach (var position in new[] { default, new Position(Log, 1, First, 5), new Position(Log, 2, Second, 30), new Position(Log, 2, Second, 31) })
            Assert.Equal(EpochHistory.Locate(Epochs, Head, position), ReaderStanding.Of(Epochs, Head, position));
    }
}
