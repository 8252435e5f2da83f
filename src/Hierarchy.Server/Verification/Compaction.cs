using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using Hierarchy.Storage;

namespace Hierarchy.Server.Verification;

/// <summary>
/// Forgets deletions at the root, and through its floor everywhere below: those that are older than the configured time, and those that every known server has heard of, whichever comes first; but
/// never what a server that is connected now still needs. Only tombstones go; every live record stays, epochs among them. An autonomous server does the same with its own log, which the servers below
/// it alone carry.
/// </summary>
internal sealed partial class Compaction(
    IAuthorityLog log, ILocalState local, ViewPublisher views, ServerDirectory directory, Func<FeedSource?> feed, ServerIdentity self, ReplicationOptions options, TimeProvider time, ILogger<Compaction> logger)
    : BackgroundService
{
    private const string Key = "compaction/marks";
    private const int MarksInTime = 720;
    private SequenceMarks? _marks;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(options.CompactionInterval, time, stoppingToken);
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException)
            {
                Log.Postponed(logger, exception.Message);
            }
        }
    }

    /// <summary>Marks the time, and compacts as far as can be.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (log.Halted is not null) return;
        var head = log.Head;
        var now = time.GetUtcNow();
        var before = _marks ??= SequenceMarks.Read(await local.GetAsync(Key, cancellationToken));
        var marks = before.With(head.Position.Sequence, now, options.KeepTombstones / MarksInTime);
        if (options.KeepTombstones > TimeSpan.Zero) marks = marks.Since(now - options.KeepTombstones);
        // First the marks: without them an age could not be told after a restart.
        if (marks != before) await local.SetAsync(Key, marks.Write(), cancellationToken);
        _marks = marks;

        var old = options.KeepTombstones > TimeSpan.Zero ? marks.At(now - options.KeepTombstones) : 0;
        var passed = PassedByAll(head);
        var floor = Math.Min(Math.Max(old, passed), head.Position.Sequence);
        if (feed()?.HighestSafeFloor is { } highest) floor = Math.Min(floor, highest);
        if (floor <= head.Floor) return;
        await log.CompactAsync(floor, cancellationToken);
        Log.Compacted(logger, floor, passed >= floor ? "every known server has them" : $"they are older than {options.KeepTombstones}");
    }

    /// <summary>The lowest place that a server that carries the log is known to have; 0 while one of them has not been heard of, or stands in another history.</summary>
    private long PassedByAll(LogHead head)
    {
        var view = views.View;
        var isOverlay = view.Head.Position.Log != head.Position.Log;
        var positions = directory.All().ToDictionary(
            sample => Positions.Id(sample.Status.Server.ServerId, "server"), sample => (isOverlay ? sample.Status.OverlayPosition : sample.Status.Position).ToDomain());
        var passed = head.Position.Sequence;
        foreach (var server in view.Servers.Keys.Union(positions.Keys))
        {
            if (server == self.Id || (isOverlay && !Carries(view, server))) continue;
            if (!positions.TryGetValue(server, out var position) || EpochHistory.Locate(log.Epochs, head, position) != PositionStanding.Valid) return 0;
            passed = Math.Min(passed, position.Sequence);
        }

        return passed;
    }

    // Who decides for a server that nobody knows yet is not known either.
    private bool Carries(ServedView view, Guid server) => view.DeciderOf(server) is not { } decider || decider.Id == self.Id;

    private static partial class Log
    {
        [LoggerMessage(EventId = 1730, Level = LogLevel.Information, Message = "Deletions up to sequence {Floor} are forgotten: {Why}.")]
        public static partial void Compacted(ILogger logger, long floor, string why);

        [LoggerMessage(EventId = 1731, Level = LogLevel.Warning, Message = "Old deletions cannot be forgotten now: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
