using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Replication.Rollup;
using Xunit;

namespace Hierarchy.Tests.Rollup;

public sealed class RollupMachineTests
{
    [Fact]
    public void Machine_BeforeTheParentSaysWhatItHas_SendsNothing()
    {
        var machine = new RollupMachine(rooted: 0, head: 10, batchesAhead: 4);

        Assert.Empty(machine.OnGrown(11));
        Assert.False(machine.IsOpen);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(7, 3, 7)]
    // What is rooted need not be sent to a new parent, even though that parent never had it from here.
    [InlineData(0, 5, 5)]
    public void Machine_FirstAcknowledgement_GoesOnBehindWhatIsThere(long received, long rootedBefore, long expected)
    {
        var machine = new RollupMachine(rootedBefore, head: 10, batchesAhead: 4);

        Assert.Equal([new RollupEffect.Read(expected)], machine.OnAcknowledged(received, rooted: 0));
    }

    [Fact]
    public void Machine_NothingAcknowledged_StaysWithinItsWindow()
    {
        var machine = new RollupMachine(0, head: 100, batchesAhead: 2);
        Assert.Equal([new RollupEffect.Read(0)], machine.OnAcknowledged(0, 0));

        var first = machine.OnRead(Page(10));
        var second = machine.OnRead(Page(20));

        Assert.Equal(new RollupEffect.Read(10), first[1]);
        Assert.IsType<RollupEffect.Send>(Assert.Single(second));
        Assert.Equal([new RollupEffect.Read(20)], machine.OnAcknowledged(10, 0));
    }

    [Fact]
    public void Machine_RowsMovedToTheEnd_AnEmptyPageIsNotAnError()
    {
        var machine = new RollupMachine(0, head: 5, batchesAhead: 2);
        machine.OnAcknowledged(0, 0);

        Assert.Empty(machine.OnRead(new OutboxPage([], [], 0)));
        Assert.Equal([new RollupEffect.Read(0)], machine.OnGrown(6));
    }

    [Fact]
    public void Machine_RootHasMore_IsKeptOnce()
    {
        var machine = new RollupMachine(0, head: 5, batchesAhead: 2);
        machine.OnAcknowledged(0, 0);
        machine.OnRead(Page(5));

        Assert.Equal([new RollupEffect.MarkRooted(5)], machine.OnAcknowledged(5, 5));
        Assert.Empty(machine.OnAcknowledged(5, 5));
    }

    [Theory]
    [InlineData(6, 0)]
    [InlineData(5, 6)]
    [InlineData(-1, 0)]
    public void Machine_ParentClaimsWhatWasNeverSent_IsNotBelieved(long received, long rooted)
    {
        var machine = new RollupMachine(0, head: 5, batchesAhead: 2);

        Assert.Throws<IntegrityException>(() => machine.OnAcknowledged(received, rooted));
    }

    [Fact]
    public void Machine_ParentTakesItsWordBack_IsNotBelieved()
    {
        var machine = new RollupMachine(0, head: 5, batchesAhead: 2);
        machine.OnAcknowledged(0, 0);
        machine.OnRead(Page(5));
        machine.OnAcknowledged(5, 0);

        Assert.Throws<IntegrityException>(() => machine.OnAcknowledged(4, 0));
    }

    private static OutboxPage Page(long through) =>
        new([], [new StatusReport("c", 1, 1, Guid.NewGuid(), 100, UpdateState.Installed, 0, DateTimeOffset.UnixEpoch)], through);
}
