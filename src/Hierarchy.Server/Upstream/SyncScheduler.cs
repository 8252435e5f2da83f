using Hierarchy.Domain;
using Hierarchy.Domain.Synchronization;

namespace Hierarchy.Server.Upstream;

/// <summary>Starts synchronizations by the clock. The schedule and its next start are the root's own, kept in its local store: no other server acts on them.</summary>
/// <param name="tryStart">Starts one; false when one is under way.</param>
/// <param name="journal">Where the schedule is kept.</param>
/// <param name="time">The clock, and the server's time zone.</param>
/// <param name="logger">Hears of starts.</param>
internal sealed partial class SyncScheduler(Func<bool> tryStart, SyncJournal journal, TimeProvider time, ILogger<SyncScheduler> logger) : BackgroundService
{
    // The clock may be set, and a machine may sleep: the time is looked at again and again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1); // Guards the agenda and its stored copy.
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SyncAgenda _agenda = SyncAgenda.Never;

    /// <summary>The schedule and the next start.</summary>
    public SyncAgenda Agenda => _agenda;

    /// <summary>The zone that times of the day are meant in.</summary>
    public TimeZoneInfo Zone => time.LocalTimeZone;

    /// <summary>Reads what was kept; runs that were under way when the server died are closed before anybody looks at the history.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await journal.CloseInterruptedAsync(cancellationToken);
        _agenda = (await journal.LoadAgendaAsync(cancellationToken)).Resume(time.GetUtcNow());
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Another schedule, from now on.</summary>
    public Task<SyncAgenda> SetAsync(SyncSchedule schedule, CancellationToken cancellationToken) =>
        ChangeAsync(now => SyncAgenda.Plan(schedule, now, Zone, Random.Shared.NextDouble()), cancellationToken);

    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            var now = time.GetUtcNow();
            if (_agenda.IsDue(now) && await TryStartAsync(stoppingToken)) continue;
            var wait = _agenda.IsDue(now) ? LongestWait : _agenda.Next is not { } next ? Timeout.InfiniteTimeSpan : next - now < LongestWait ? next - now : LongestWait;
            using var timer = new CancellationTokenSource(wait, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stoppingToken);
            await changed.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>False when the next start could not be kept: nothing has started then.</summary>
    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        try
        {
            // First the next start, then this one: a server that dies in between misses one, and starts none twice.
            var agenda = await ChangeAsync(at => _agenda.IsDue(at) ? _agenda.After(at, Zone, Random.Shared.NextDouble()) : _agenda, cancellationToken);
            if (!tryStart()) Log.Overlapping(logger);
            else Log.Started(logger, agenda.Next);
            return true;
        }
        catch (UnavailableException exception)
        {
            Log.Postponed(logger, exception.Message);
            return false;
        }
    }

    private async Task<SyncAgenda> ChangeAsync(Func<DateTimeOffset, SyncAgenda> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var agenda = change(time.GetUtcNow());
            await journal.SaveAgendaAsync(agenda, cancellationToken);
            _agenda = agenda;
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            return agenda;
        }
        finally
        {
            _gate.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1431, Level = LogLevel.Information, Message = "A synchronization starts by the schedule; the next one at {Next}.")]
        public static partial void Started(ILogger logger, DateTimeOffset? next);

        [LoggerMessage(EventId = 1432, Level = LogLevel.Information, Message = "It is time for a synchronization, and one is under way: it counts for this one.")]
        public static partial void Overlapping(ILogger logger);

        [LoggerMessage(EventId = 1433, Level = LogLevel.Warning, Message = "A synchronization that is due waits: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
