using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage;
using Hierarchy.Storage.Sqlite;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.PowerLoss;

public sealed class DiskFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AuthorityLog_DiskFull_SaysSoChangesNothingAndGoesOnWhenThereIsSpace()
    {
        using var disk = new PowerLossDisk();
        await using var log = SqliteAuthorityLog.Open(disk.File("log.db"));
        await log.CommitAsync([Set("a", "1")], Token);
        var (head, told) = (log.Head, 0);
        log.Committed += _ => told++;

        disk.IsFull = true;
        var exception = await Assert.ThrowsAsync<UnavailableException>(async () => await log.CommitAsync([Set("a", "2"), Set("b", "2")], Token));

        Assert.Contains("disk is full", exception.Message, StringComparison.Ordinal);
        Assert.Contains("log.db", exception.Message, StringComparison.Ordinal);
        Assert.Same(head, log.Head);
        Assert.Equal(0, told);
        Assert.Equal(["1 epoch", "2 a=1"], Texts(await ReadAllAsync(log)));

        disk.IsFull = false;
        await log.CommitAsync([Set("a", "3")], Token);
        Assert.Equal(["1 epoch", "3 a=3"], Texts(await ReadAllAsync(log)));
        Assert.True((await log.AuditAsync(Token)).IsSound);
    }

    [Fact]
    public async Task AuthorityLog_DiskFullWithManyCallers_EachIsToldAndNoneIsKept()
    {
        using var disk = new PowerLossDisk();
        await using var log = SqliteAuthorityLog.Open(disk.File("log.db"));
        disk.IsFull = true;

        var callers = Enumerable.Range(0, 20).Select(i => Task.Run(async () => await log.CommitAsync([Set($"{i}", "1")], Token), Token)).ToArray();
        foreach (var caller in callers)
            await Assert.ThrowsAsync<UnavailableException>(() => caller);

        Assert.Equal(1, log.Head.Position.Sequence);
    }

    [Fact]
    public async Task AuthorityLog_SyncFails_StopsWritingUntilARestart()
    {
        using var disk = new PowerLossDisk();
        await using (var log = SqliteAuthorityLog.Open(disk.File("log.db")))
        {
            await log.CommitAsync([Set("a", "1")], Token);
            disk.FailsToSync = true;
            await Assert.ThrowsAsync<UnavailableException>(async () => await log.CommitAsync([Set("a", "2")], Token));
            disk.FailsToSync = false;

            // The kernel reports a failed sync once; the next one may succeed without the bytes.
            var exception = await Assert.ThrowsAsync<UnavailableException>(async () => await log.CommitAsync([Set("a", "3")], Token));
            Assert.Contains("restart the server", exception.Message, StringComparison.Ordinal);
            Assert.Equal(["1 epoch", "2 a=1"], Texts(await ReadAllAsync(log)));
        }

        await using var reopened = SqliteAuthorityLog.Open(disk.File("log.db"));
        await reopened.CommitAsync([Set("a", "4")], Token);
        Assert.True((await reopened.AuditAsync(Token)).IsSound);
    }

    [Fact]
    public async Task MirrorLog_DiskFull_SaysSoAndStagingIsAsBefore()
    {
        using var disk = new PowerLossDisk();
        await using var mirror = SqliteMirrorLog.Open(disk.File("mirror.db"));
        var source = new SampleSource();
        source.Commit(Set("a", "1"), Set("b", "1"));
        await mirror.BeginStagingAsync(StagingMode.Snapshot, 0, Token);
        var records = source.After(0);
        await mirror.StageAsync(records[..1], 1, 3, Token);
        var staging = mirror.Staging;

        disk.IsFull = true;
        await Assert.ThrowsAsync<UnavailableException>(async () => await mirror.StageAsync(records[1..], 3, 3, Token));
        Assert.Equal(staging, mirror.Staging);
        await Assert.ThrowsAsync<UnavailableException>(async () => await mirror.BeginStagingAsync(StagingMode.CatchUp, 0, Token));
        Assert.Equal(staging, mirror.Staging);

        disk.IsFull = false;
        await mirror.StageAsync(records[1..], 3, 3, Token);
        Assert.Equal(FoldResult.Folded, await mirror.FoldAsync(source.Checkpoint(), Token));
    }

    [Fact]
    public async Task ReportStore_DiskFull_SaysSoAndNumbersNothing()
    {
        using var disk = new PowerLossDisk();
        await using var store = SqliteReportStore.Open(disk.File("reports.db"), isRoot: false);
        var report = new ComputerReport { ComputerId = "c1", Incarnation = 1, Counter = 1, Name = "c1" };

        disk.IsFull = true;
        await Assert.ThrowsAsync<UnavailableException>(async () => await store.MergeAsync([report], [], null, Token));
        Assert.Equal(0, store.OutboxHead);

        disk.IsFull = false;
        Assert.Equal(1, await store.MergeAsync([report], [], null, Token));
    }

    [Fact]
    public async Task LocalState_DiskFull_SaysSoAndChangesNothing()
    {
        using var disk = new PowerLossDisk();
        await using var state = SqliteLocalState.Open(disk.File("local.db"));
        await state.SetAsync("a", Bytes("1"), Token);

        disk.IsFull = true;
        await Assert.ThrowsAsync<UnavailableException>(async () => await state.SetAllAsync([new("a", Bytes("2")), new("b", Bytes("2"))], Token));
        Assert.Equal("1", Text(await state.GetAsync("a", Token)));

        disk.IsFull = false;
        await state.SetAsync("a", Bytes("3"), Token);
        Assert.Equal("3", Text(await state.GetAsync("a", Token)));
    }
}
