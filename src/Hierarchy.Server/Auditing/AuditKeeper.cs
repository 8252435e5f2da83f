using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Auditing;

/// <summary>Removes old entries where they are written, in small transactions; everybody below follows.</summary>
internal sealed partial class AuditKeeper(IAuthorityLog log, AuditOptions options, TimeProvider time, ILogger<AuditKeeper> logger) : BackgroundService
{
    private const int Kind = (int)RecordKind.AuditEntry;

    // Small, so that decisions never wait long behind it.
    private const int Batch = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(options.Interval, time, stoppingToken);
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException or SupersededException)
            {
                Log.Postponed(logger, exception.Message);
            }
        }
    }

    /// <summary>Removes what is too old, and what is too many; returns how many went.</summary>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        if (options.Keep > TimeSpan.Zero) removed += await RemoveAsync(AuditRecords.Key(time.GetUtcNow() - options.Keep, 0), skip: 0, cancellationToken);
        if (options.Most > 0) removed += await RemoveAsync(below: null, options.Most, cancellationToken);
        if (removed > 0) Log.Removed(logger, removed);
        return removed;
    }

    private async Task<int> RemoveAsync(ReadOnlyMemory<byte>? below, int skip, CancellationToken cancellationToken)
    {
        for (var removed = 0; ;)
        {
            if (log.Halted is not null) return removed;
            var old = await log.ReadKindAsync(Kind, below, skip, Batch, cancellationToken);
            if (old.Count == 0) return removed;
            await log.CommitAsync([.. old.Select(record => AuditRecords.NoEntry(record.Key))], cancellationToken);
            removed += old.Count;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7700, Level = LogLevel.Information, Message = "{Count} old entries of who decided what were removed.")]
        public static partial void Removed(ILogger logger, int count);

        [LoggerMessage(EventId = 7701, Level = LogLevel.Warning, Message = "Old entries of who decided what cannot be removed now: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
