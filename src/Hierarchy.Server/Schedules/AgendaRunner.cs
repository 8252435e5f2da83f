using Hierarchy.Domain;
using Hierarchy.Domain.Synchronization;

namespace Hierarchy.Server.Schedules;

/// <summary>Starts something by the clock: so many times a day by the server's wall clock. The schedule and the next start are kept by whoever derives, so that what was slept through is made up for once.</summary>
internal abstract class AgendaRunner(TimeProvider time) : BackgroundService
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
        await CloseInterruptedAsync(cancellationToken);
        _agenda = (await LoadAsync(cancellationToken)).Resume(time.GetUtcNow());
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Another schedule, from now on.</summary>
    public Task<SyncAgenda> SetAsync(SyncSchedule schedule, CancellationToken cancellationToken) =>
        ChangeAsync(now => SyncAgenda.Plan(schedule, now, Zone, Offset()), cancellationToken);

    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }

    /// <summary>How much of the largest offset each start is late, 0 to 1.</summary>
    protected abstract double Offset();

    /// <summary>Closes runs without an end.</summary>
    protected abstract ValueTask CloseInterruptedAsync(CancellationToken cancellationToken);

    /// <summary>The agenda as it was kept.</summary>
    protected abstract ValueTask<SyncAgenda> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps it, durably.</summary>
    protected abstract ValueTask SaveAsync(SyncAgenda agenda, CancellationToken cancellationToken);

    /// <summary>It is time: starts, and returns at once.</summary>
    /// <param name="next">The start after this one.</param>
    protected abstract void Start(DateTimeOffset? next);

    /// <summary>It is time, and the next start could not be kept, so nothing was started.</summary>
    protected abstract void Postponed(string reason);

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
            var agenda = await ChangeAsync(at => _agenda.IsDue(at) ? _agenda.After(at, Zone, Offset()) : _agenda, cancellationToken);
            Start(agenda.Next);
            return true;
        }
        catch (UnavailableException exception)
        {
            Postponed(exception.Message);
            return false;
        }
    }

    private async Task<SyncAgenda> ChangeAsync(Func<DateTimeOffset, SyncAgenda> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var agenda = change(time.GetUtcNow());
            await SaveAsync(agenda, cancellationToken);
            _agenda = agenda;
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            return agenda;
        }
        finally
        {
            _gate.Release();
        }
    }
}
