using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Replication.Rollup;
using Xunit;

namespace Hierarchy.Tests.Rollup;

public sealed class RollupMachineTests
{
    private static readonly Guid Life = Guid.NewGuid();

    [Fact]
    public void Machine_BeforeTheParentSaysWhatItHas_SendsNothing()
    {
        var machine = new RollupMachine(head: 10, batchesAhead: 4);

        Assert.Empty(machine.OnGrown(11));
        Assert.False(machine.IsOpen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Machine_FirstAcknowledgement_GoesOnBehindWhatTheParentHas(long received)
    {
        var machine = new RollupMachine(head: 10, batchesAhead: 4);

        // The store hears of it first: less than before means whole blocks.
        Assert.Equal([new RollupEffect.Acknowledge(received, 0, Life), new RollupEffect.Read(received)], machine.OnAcknowledged(received, rooted: 0, Life));
    }

    [Fact]
    public void Machine_ParentHasMoreThanWasEverNumbered_BeginsANewLife()
    {
        var machine = new RollupMachine(head: 10, batchesAhead: 4);

        Assert.Equal([new RollupEffect.Renew(11)], machine.OnAcknowledged(11, rooted: 9, Life));
        Assert.False(machine.IsOpen);
    }

    [Fact]
    public void Machine_ParentHasTheNumberOfAnotherChapter_BeginsANewLife()
    {
        // The store was taken back to number 5, opened again, and gave as many numbers as before.
        Guid first = Guid.NewGuid(), lost = Guid.NewGuid(), second = Guid.NewGuid();
        Guid ChapterOf(long number) => number > 5 ? second : number > 2 ? first : Guid.Empty;

        Assert.Equal([new RollupEffect.Renew(8)], new RollupMachine(head: 10, batchesAhead: 4, ChapterOf).OnAcknowledged(8, rooted: 8, Life, lost));
        Assert.Equal([new RollupEffect.Renew(8)], new RollupMachine(head: 10, batchesAhead: 4, ChapterOf).OnAcknowledged(8, rooted: 8, Life, first));
        Assert.Equal([new RollupEffect.Renew(2)], new RollupMachine(head: 10, batchesAhead: 4, ChapterOf).OnAcknowledged(2, rooted: 2, Life, lost));
        // The same chapter, or a parent of an earlier version.
        foreach (var (received, chapter) in new[] { (8L, second), (5L, first), (8L, Guid.Empty), (0L, Guid.Empty) })
            Assert.Equal(new RollupEffect.Acknowledge(received, 0, Life), new RollupMachine(head: 10, batchesAhead: 4, ChapterOf).OnAcknowledged(received, rooted: 0, Life, chapter)[0]);
    }

    [Fact]
    public void Machine_NothingAcknowledged_StaysWithinItsWindow()
    {
        var machine = new RollupMachine(head: 100, batchesAhead: 2);
        Assert.Equal(new RollupEffect.Read(0), machine.OnAcknowledged(0, 0, Life)[^1]);

        var first = machine.OnRead(Page(10));
        var second = machine.OnRead(Page(20));

        Assert.Equal(new RollupEffect.Read(10), first[1]);
        Assert.IsType<RollupEffect.Send>(Assert.Single(second));
        Assert.Equal([new RollupEffect.Acknowledge(10, 0, Life), new RollupEffect.Read(20)], machine.OnAcknowledged(10, 0, Life));
    }

    [Fact]
    public void Machine_RowsMovedToTheEnd_AnEmptyPageIsNotAnError()
    {
        var machine = new RollupMachine(head: 5, batchesAhead: 2);
        machine.OnAcknowledged(0, 0, Life);

        Assert.Empty(machine.OnRead(new OutboxPage([], [], 0)));
        Assert.Equal([new RollupEffect.Read(0)], machine.OnGrown(6));
    }

    [Fact]
    public void Machine_RootHasMore_IsKeptOnce()
    {
        var machine = new RollupMachine(head: 5, batchesAhead: 2);
        machine.OnAcknowledged(0, 0, Life);
        machine.OnRead(Page(5));

        Assert.Equal([new RollupEffect.Acknowledge(5, 5, Life)], machine.OnAcknowledged(5, 5, Life));
        Assert.Empty(machine.OnAcknowledged(5, 5, Life));
    }

    [Fact]
    public void Machine_AnotherRoot_MayHaveLess()
    {
        var other = Guid.NewGuid();
        var machine = new RollupMachine(head: 5, batchesAhead: 2);
        machine.OnAcknowledged(5, 5, Life);

        Assert.Equal([new RollupEffect.Acknowledge(5, 0, other)], machine.OnAcknowledged(5, 0, other));
    }

    [Theory]
    [InlineData(6, 0)]
    [InlineData(5, 6)]
    [InlineData(-1, 0)]
    public void Machine_ParentClaimsWhatWasNeverSent_IsNotBelieved(long received, long rooted)
    {
        var machine = new RollupMachine(head: 5, batchesAhead: 2);
        machine.OnAcknowledged(0, 0, Life);
        machine.OnRead(Page(5));

        Assert.Throws<IntegrityException>(() => machine.OnAcknowledged(received, rooted, Life));
    }

    [Fact]
    public void Machine_ParentTakesItsWordBack_IsNotBelieved()
    {
        var machine = new RollupMachine(head: 5, batchesAhead: 2);
        machine.OnAcknowledged(0, 0, Life);
        machine.OnRead(Page(5));
        machine.OnAcknowledged(5, 0, Life);

        Assert.Throws<IntegrityException>(() => machine.OnAcknowledged(4, 0, Life));
    }

    private static OutboxPage Page(long through) =>
        new([], [new StatusReport("c", 1, 1, Guid.NewGuid(), 100, UpdateState.Installed, 0, DateTimeOffset.UnixEpoch)], through);
}
