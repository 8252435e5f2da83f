using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;
using Hierarchy.Server.Backups;
using Hierarchy.Server.Hosting;
using Hierarchy.Storage.Backups;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using SyncSchedule = Hierarchy.Domain.Synchronization.SyncSchedule;

namespace Hierarchy.Tests.Server.Backups;

/// <summary>Backups by a clock that the test moves.</summary>
public sealed class BackupSchedulerTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly DataDirectory _data;
    private readonly SqliteLocalState _state;
    private readonly SqliteAuthorityLog _log;
    private readonly BackupJournal _journal;
    private readonly BackupMaker _maker;
    private readonly string _target;

    public BackupSchedulerTests()
    {
        _data = DataDirectory.Open(_folder["data"], ServerRole.Root);
        _state = SqliteLocalState.Open(new SqliteStoreOptions { Path = _data.File("local.db") });
        _log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = _data.File("log.db") });
        _journal = new BackupJournal(_state);
        _maker = new BackupMaker(_data, new ServerIdentity(_data.ServerId, "root 1", ""), new ServerOptions { Role = "root" }, _time, NullLogger<BackupMaker>.Instance);
        _target = _folder.CreateFolder("backups");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _maker.Dispose();
        await _log.DisposeAsync();
        await _state.DisposeAsync();
        _data.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Scheduler_FourTimesADay_KeepsTheNewestTwo()
    {
        File.WriteAllText(Path.Combine(_target, "hierarchy-root-1-20200101T000000Z.zip"), "another's");
        using var scheduler = await StartAsync(new BackupPlan(_target, Keep: 2));
        for (var i = 1; i <= 4; i++)
            await UntilAsync(scheduler, async () => (await RunsAsync()).Count(run => run.EndedAt is not null) == i && (await RunsAsync()).Count(run => run.Pruned) == Math.Max(0, i - 2));

        var runs = await RunsAsync();
        Assert.All(runs, run => Assert.Equal("", run.Error));
        Assert.Equal([false, false, true, true], runs.Select(run => run.Pruned));
        Assert.Equal([.. runs.Take(2).Select(run => run.Path).Append(Path.Combine(_target, "hierarchy-root-1-20200101T000000Z.zip")).Order()], Directory.GetFiles(_target).Order());
        Assert.All(runs, run => Assert.Equal(6, run.StartedAt.ToDateTime().TimeOfDay.TotalHours % 6 + 6));
        Assert.Equal(_log.Head.Position, (await BackupRestore.VerifyAsync(runs[0].Path, (_, _, _) => { }, Token)).Manifest is var manifest
            ? new Domain.Changes.Position(new Domain.Changes.LogId(manifest.LogId!.Value), manifest.Epoch, manifest.EpochId, manifest.Sequence) : default);
        await scheduler.StopAsync(Token);
    }

    [Fact]
    public async Task Scheduler_FolderIsGone_ListsTheFailureAndKeepsTheOld()
    {
        using var scheduler = await StartAsync(new BackupPlan(_target, Keep: 1));
        await UntilAsync(scheduler, async () => (await RunsAsync()).Count(run => run.EndedAt is not null) == 1);
        Directory.Move(_target, _target + "-away");
        await UntilAsync(scheduler, async () => (await RunsAsync()).Count(run => run.EndedAt is not null) == 2);
        Directory.Move(_target + "-away", _target);

        var runs = await RunsAsync();
        Assert.Contains("is not there", runs[0].Error, StringComparison.Ordinal);
        Assert.False(runs[1].Pruned);
        Assert.Equal(runs[1].Path, Assert.Single(Directory.GetFiles(_target)));
        await scheduler.StopAsync(Token);
    }

    [Fact]
    public async Task Scheduler_KilledInTheMiddleOfABackup_SaysSoAtTheNextStart()
    {
        await _journal.SaveRunAsync(new BackupRun { StartedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(_time.GetUtcNow().AddHours(-1)), Path = "x.zip" }, Token);

        using var scheduler = await StartAsync(new BackupPlan(_target, Keep: 1));

        var run = Assert.Single(await RunsAsync());
        Assert.NotNull(run.EndedAt);
        Assert.Contains("in the middle", run.Error, StringComparison.Ordinal);
        await scheduler.StopAsync(Token);
    }

    private async Task<BackupScheduler> StartAsync(BackupPlan plan)
    {
        await _journal.SavePlanAsync(plan, Token);
        var scheduler = new BackupScheduler(_maker, _journal, _time, NullLogger<BackupScheduler>.Instance);
        await scheduler.StartAsync(Token);
        await scheduler.SetAsync(new SyncSchedule(4, TimeSpan.Zero), Token);
        return scheduler;
    }

    private ValueTask<IReadOnlyList<BackupRun>> RunsAsync() => _journal.ListRunsAsync(Token);

    /// <summary>Moves the clock to the next start, once, and waits.</summary>
    private async Task UntilAsync(BackupScheduler scheduler, Func<Task<bool>> holds)
    {
        var planned = scheduler.Agenda.Next!.Value;
        await Eventually.HoldsAsync("a scheduled backup", async () =>
        {
            var left = planned - _time.GetUtcNow();
            if (_time.WaitingTimers > 0 && scheduler.Agenda.Next == planned) _time.Advance(left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1));
            return scheduler.Agenda.Next > planned && await holds();
        });
    }
}
