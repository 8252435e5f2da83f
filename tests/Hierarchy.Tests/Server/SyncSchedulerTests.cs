using Hierarchy.Domain.Synchronization;
using Hierarchy.Server.Upstream;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>The scheduler with a clock that the test moves.</summary>
public sealed class SyncSchedulerTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteLocalState _state;
    private readonly SyncJournal _journal;
    private readonly ManualTime _time = new();
    private int _starts;

    public SyncSchedulerTests()
    {
        _state = SqliteLocalState.Open(new SqliteStoreOptions { Path = _folder["local.db"] });
        _journal = new SyncJournal(_state);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _state.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Scheduler_SixTimesADay_StartsSixTimesWithinHalfAnHour()
    {
        using var scheduler = await StartAsync();
        await scheduler.SetAsync(new SyncSchedule(6, TimeSpan.FromHours(1)), Token);
        for (var i = 0; i < 12; i++)
        {
            var planned = scheduler.Agenda.Next!.Value;
            Assert.InRange((planned - planned.Date).TotalHours % 4, 1, 1.5);
            await UntilStartedAsync(scheduler, planned);
        }

        Assert.Equal(12, _starts);
        await scheduler.StopAsync(Token);
    }

    [Fact]
    public async Task Scheduler_AfterAWeekAway_MakesUpOnce()
    {
        var now = _time.GetUtcNow();
        await _journal.SaveAgendaAsync(new SyncAgenda(new SyncSchedule(24, TimeSpan.Zero), now.AddDays(-7)), Token);
        using var scheduler = await StartAsync();
        Assert.Equal(now + SyncAgenda.SoonAfterStart, scheduler.Agenda.Next);

        await UntilStartedAsync(scheduler, now + SyncAgenda.SoonAfterStart);

        Assert.Equal(1, _starts);
        Assert.InRange(scheduler.Agenda.Next!.Value, now.AddMinutes(30), now.AddMinutes(91));
        Assert.Equal(scheduler.Agenda, await _journal.LoadAgendaAsync(Token));
        await scheduler.StopAsync(Token);
    }

    [Fact]
    public async Task Scheduler_Off_StartsNothing()
    {
        using var scheduler = await StartAsync();
        await scheduler.SetAsync(new SyncSchedule(24, TimeSpan.Zero), Token);
        await scheduler.SetAsync(default, Token);

        _time.Advance(TimeSpan.FromDays(3));

        Assert.Null(scheduler.Agenda.Next);
        Assert.Equal(0, _starts);
        await scheduler.StopAsync(Token);
    }

    private async Task<SyncScheduler> StartAsync()
    {
        var scheduler = new SyncScheduler(
            () =>
            {
                Interlocked.Increment(ref _starts);
                return true;
            },
            _journal, _time, NullLogger<SyncScheduler>.Instance);
        await scheduler.StartAsync(Token);
        return scheduler;
    }

    /// <summary>Moves the clock to that moment, as the scheduler sets its timers, until it has started one and planned the next.</summary>
    private async Task UntilStartedAsync(SyncScheduler scheduler, DateTimeOffset planned)
    {
        var before = _starts;
        await Eventually.HoldsAsync("a scheduled start", () =>
        {
            var left = planned - _time.GetUtcNow();
            if (left > TimeSpan.Zero && _time.WaitingTimers > 0) _time.Advance(left);
            else if (left <= TimeSpan.Zero && _starts == before && _time.WaitingTimers > 0) _time.Advance(TimeSpan.FromTicks(1));
            return _starts > before && scheduler.Agenda.Next > planned;
        });
    }
}
