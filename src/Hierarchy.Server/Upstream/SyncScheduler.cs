using Hierarchy.Domain.Synchronization;
using Hierarchy.Server.Schedules;

namespace Hierarchy.Server.Upstream;

/// <summary>Starts synchronizations by the clock. The schedule and its next start are the root's own, kept in its local store: no other server acts on them.</summary>
/// <param name="tryStart">Starts one; false when one is under way.</param>
/// <param name="journal">Where the schedule is kept.</param>
/// <param name="time">The clock, and the server's time zone.</param>
/// <param name="logger">Hears of starts.</param>
/// <param name="decides">False while this root decides nothing: then nothing starts.</param>
internal sealed partial class SyncScheduler(Func<bool> tryStart, SyncJournal journal, TimeProvider time, ILogger<SyncScheduler> logger, Func<bool>? decides = null) : AgendaRunner(time)
{
    protected override double Offset() => Random.Shared.NextDouble();

    protected override ValueTask CloseInterruptedAsync(CancellationToken cancellationToken) => journal.CloseInterruptedAsync(cancellationToken);

    protected override ValueTask<SyncAgenda> LoadAsync(CancellationToken cancellationToken) => journal.LoadAgendaAsync(cancellationToken);

    protected override ValueTask SaveAsync(SyncAgenda agenda, CancellationToken cancellationToken) => journal.SaveAgendaAsync(agenda, cancellationToken);

    protected override void Start(DateTimeOffset? next)
    {
        if (decides?.Invoke() == false) return;
        if (!tryStart()) Log.Overlapping(logger);
        else Log.Started(logger, next);
    }

    protected override void Postponed(string reason) => Log.Postponed(logger, reason);

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
