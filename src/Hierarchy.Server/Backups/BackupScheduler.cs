using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Schedules;

namespace Hierarchy.Server.Backups;

/// <summary>Makes backups by the clock, and removes its own old ones once a new one is verified. The schedule is this server's own: a backup is of one server.</summary>
internal sealed partial class BackupScheduler(BackupMaker maker, BackupJournal journal, TimeProvider time, ILogger<BackupScheduler> logger) : AgendaRunner(time)
{
    private readonly TimeProvider _time = time;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
        await Volatile.Read(ref _running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    // A backup disturbs nobody else, so it starts when it was said.
    protected override double Offset() => 0;

    protected override ValueTask CloseInterruptedAsync(CancellationToken cancellationToken) => journal.CloseInterruptedAsync(_time.GetUtcNow(), cancellationToken);

    protected override ValueTask<SyncAgenda> LoadAsync(CancellationToken cancellationToken) => journal.LoadAgendaAsync(cancellationToken);

    protected override ValueTask SaveAsync(SyncAgenda agenda, CancellationToken cancellationToken) => journal.SaveAgendaAsync(agenda, cancellationToken);

    protected override void Start(DateTimeOffset? next)
    {
        if (!_running.IsCompleted)
        {
            Log.Overlapping(logger);
            return;
        }

        Log.Started(logger, next);
        Volatile.Write(ref _running, Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None));
    }

    protected override void Postponed(string reason) => Log.Postponed(logger, reason);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = _time.GetUtcNow();
        var run = new BackupRun { StartedAt = startedAt.ToTimestamp() };
        try
        {
            var plan = await journal.LoadPlanAsync(cancellationToken);
            run.Path = Path.Combine(plan.Folder, maker.FileName(startedAt));
            await journal.SaveRunAsync(run, cancellationToken);
            if (!Directory.Exists(plan.Folder)) throw new UnavailableException($"The folder {plan.Folder} is not there. Make it, or name another with `hierarchy backup schedule set`.");
            var result = await maker.MakeFileAsync(run.Path, _ => { }, cancellationToken);
            run.Bytes = result.Bytes;
            run.Position = result.Position.ToProto();
            run.EndedAt = _time.GetUtcNow().ToTimestamp();
            await journal.SaveRunAsync(run, cancellationToken);
            await PruneAsync(plan, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; its next start closes the run.
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException)
        {
            Log.Failed(logger, run.Path, exception.Message);
            await EndAsync(run, exception.Message);
        }
#pragma warning disable CA1031 // The clock goes on whatever a backup meets.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Broken(logger, run.Path, exception);
            await EndAsync(run, exception.Message);
        }
    }

    private async Task EndAsync(BackupRun run, string error)
    {
        run.Error = error;
        run.EndedAt = _time.GetUtcNow().ToTimestamp();
        try
        {
            await journal.SaveRunAsync(run, CancellationToken.None);
        }
        catch (UnavailableException exception)
        {
            Log.Failed(logger, run.Path, exception.Message);
        }
    }

    /// <summary>Removes the oldest that this server made by its schedule; nothing else in the folder is touched.</summary>
    private async Task PruneAsync(BackupPlan plan, CancellationToken cancellationToken)
    {
        var made = (await journal.ListRunsAsync(cancellationToken)).Where(run => run is { EndedAt: not null, Error: "", Pruned: false });
        foreach (var old in made.Skip(plan.Keep))
        {
            try
            {
                File.Delete(old.Path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Tried again after the next backup.
                if (exception is not DirectoryNotFoundException)
                {
                    Log.NotPruned(logger, old.Path, exception.Message);
                    continue;
                }
            }

            old.Pruned = true;
            await journal.SaveRunAsync(old, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1651, Level = LogLevel.Information, Message = "A backup starts by the schedule; the next one at {Next}.")]
        public static partial void Started(ILogger logger, DateTimeOffset? next);

        [LoggerMessage(EventId = 1652, Level = LogLevel.Warning, Message = "It is time for a backup, and the one before is still under way: this one is left out.")]
        public static partial void Overlapping(ILogger logger);

        [LoggerMessage(EventId = 1653, Level = LogLevel.Warning, Message = "A backup that is due waits: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);

        [LoggerMessage(EventId = 1654, Level = LogLevel.Warning, Message = "The scheduled backup {Path} was not made: {Reason}")]
        public static partial void Failed(ILogger logger, string path, string reason);

        [LoggerMessage(EventId = 1655, Level = LogLevel.Error, Message = "The scheduled backup {Path} was not made.")]
        public static partial void Broken(ILogger logger, string path, Exception exception);

        [LoggerMessage(EventId = 1656, Level = LogLevel.Warning, Message = "The old backup {Path} stays for now: {Reason}")]
        public static partial void NotPruned(ILogger logger, string path, string reason);
    }
}
