using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Rules;

/// <summary>
/// Runs rules where no synchronization's end does. At a root, once at its start, over what synchronizations had finished taking before it died. At an autonomous server, whose parent has the
/// synchronizations, whenever the catalog has come to rest. Rules look at the log itself, so a start that was missed, or one too many, changes nothing.
/// </summary>
/// <param name="rules">Runs them.</param>
/// <param name="decliner">Declines what they supersede.</param>
/// <param name="views">Tells that the catalog changed.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of failures.</param>
/// <param name="finished">At a root: how far the log held all that the last synchronization took; null at an autonomous server.</param>
internal sealed partial class RuleWatch(
    RuleRunner rules, SupersededDecliner decliner, ViewPublisher views, TimeProvider time, ILogger<RuleWatch> logger, Func<CancellationToken, ValueTask<long>>? finished = null) : BackgroundService
{
    private const int MostWaits = 30;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    private long _declinedAt = -1;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (finished is not null)
        {
            await TryAsync(async () => await rules.RunNewAsync(await finished(stoppingToken), TimeSpan.MaxValue, stoppingToken), stoppingToken);
            return;
        }

        for (var looked = -1L; ; looked = await RunAsync(looked, stoppingToken))
            for (var current = views.Current; current.View.Head.Position.Sequence == looked || current.Checkpoint is null; current = views.Current)
                await current.Superseded.Task.WaitAsync(stoppingToken);
    }

    /// <summary>Runs them when the catalog rests; answers how far it stood, or what was looked at before where it is to be tried again.</summary>
    private async Task<long> RunAsync(long before, CancellationToken cancellationToken)
    {
        // A catalog that never rests is looked at all the same, now and then.
        var sequence = -1L;
        for (var waits = 0; views.View.Head.Position.Sequence != sequence && waits < MostWaits; waits++)
        {
            sequence = views.View.Head.Position.Sequence;
            await Task.Delay(Rest, time, cancellationToken);
        }

        var isDone = await TryAsync(
            async () =>
            {
                await rules.RunNewAsync(sequence, Patience, cancellationToken);
                // What the parent's log decides moves it too, and supersedes nothing here.
                var newest = Newest();
                if (newest != _declinedAt) await decliner.RunAsync(cancellationToken);
                _declinedAt = newest;
            },
            cancellationToken);
        if (isDone) return sequence;
        await Task.Delay(Again, time, cancellationToken);
        return before;
    }

    private long Newest()
    {
        var newest = 0L;
        foreach (var update in views.View.Updates.Values)
            foreach (var revision in update.Revisions)
                newest = Math.Max(newest, revision.Sequence);
        return newest;
    }

    private async Task<bool> TryAsync(Func<Task> run, CancellationToken cancellationToken)
    {
        try
        {
            await run();
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (exception is IntegrityException or UnavailableException or RpcException or SupersededException)
        {
            Log.Failed(logger, exception.Message);
            return false;
        }
        catch (Exception exception)
        {
            Log.Broken(logger, exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7652, Level = LogLevel.Warning, Message = "Rules could not look at what is new; they do when there is more, or at the next start: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(EventId = 7653, Level = LogLevel.Error, Message = "Rules broke off.")]
        public static partial void Broken(ILogger logger, Exception exception);
    }
}
