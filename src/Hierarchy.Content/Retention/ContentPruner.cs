using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Retention;

/// <summary>Removes what nothing needs any more, once a day, and what a size limit has no room for, as soon as that is seen. Does nothing before it is known what is needed.</summary>
public sealed partial class ContentPruner(
    ContentStore store, ContentPlans plans, UsageBook usage, ContentFetcher fetcher, TimeProvider time, ILogger<ContentPruner> log) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Between = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    /// <summary>The last time that something was looked for, whatever was found; null before the first.</summary>
    public PruneResult? Last { get; private set; }

    /// <summary>Removes, or only says what would be.</summary>
    /// <exception cref="UnavailableException">What is needed is not known yet, or the storage refuses.</exception>
    public async Task<PruneResult> PruneAsync(bool whatIf, CancellationToken cancellationToken)
    {
        if (!plans.IsKnown) throw new UnavailableException("What is needed is not known yet: this server has no catalog. Prune when it has.");
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var plan = plans.Current;
            var retention = RetentionPlan.Make(plan, [.. store.Files], usage.Of, now);
            var leftovers = await store.ClearLeftoversAsync(now - plan.Rules.Keep, fetcher.IsArriving, whatIf);
            var result = new PruneResult(retention.Expired, retention.BeyondLimit, leftovers.Files, leftovers.Bytes, now);
            if (whatIf) return result;

            foreach (var file in retention.Expired.Concat(retention.BeyondLimit)) await store.RemoveAsync(file, cancellationToken);
            var gone = retention.Expired.Concat(retention.BeyondLimit).Select(file => file.Sha256).ToHashSet();
            usage.Replace(retention.Usage.Where(entry => !gone.Contains(entry.Key)).ToDictionary());
            usage.Save();
            if (result.Files > 0) Log.Pruned(log, result.Files, result.Bytes, result.Expired.Count, result.BeyondLimit.Count, result.Leftovers);
            return Last = result;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _oneAtATime.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (since, wait) = (time.GetTimestamp(), First);
        try
        {
            while (true)
            {
                await Task.Delay(BetweenLooks, time, stoppingToken);
                var isTime = time.GetElapsedTime(since) >= wait;
                if (!plans.IsKnown || (!isTime && !(plans.Current.Rules.SizeLimit < store.TotalBytes))) continue;
                if (isTime) (since, wait) = (time.GetTimestamp(), Between);
                try
                {
                    await PruneAsync(whatIf: false, stoppingToken);
                }
                catch (UnavailableException e)
                {
                    Log.Failed(log, e.Message);
                }
            }
        }
        finally
        {
            usage.Save();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7520, LogLevel.Information, "Content: {Files} files removed, {Bytes} bytes: {Expired} that nothing needs, {BeyondLimit} beyond the size limit, {Leftovers} left over.")]
        public static partial void Pruned(ILogger log, int files, long bytes, int expired, int beyondLimit, int leftovers);

        [LoggerMessage(7521, LogLevel.Warning, "Unneeded content was not removed: {Reason}")]
        public static partial void Failed(ILogger log, string reason);
    }
}
