using Hierarchy.Content.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Transfer;

/// <summary>
/// Keeps fetching what is wanted ahead until it is here. Told the whole list whenever approvals change; what has failed is tried
/// again later, so that a replica that was cut off catches up by itself.
/// </summary>
public sealed partial class ContentAhead(ContentFetcher fetcher, ContentStore store, TimeProvider time, ILogger<ContentAhead> log) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(10);

    /// <summary>Guards the fields below.</summary>
    private readonly Lock _lock = new();

    private IReadOnlyCollection<ContentFile> _wanted = [];

    /// <summary>Cancelled and replaced whenever the list is.</summary>
    private CancellationTokenSource _replaced = new();

    /// <summary>How many files are wanted, and how many of them are not here.</summary>
    public (int Wanted, int Missing) Coverage()
    {
        IReadOnlyCollection<ContentFile> wanted;
        lock (_lock) wanted = _wanted;
        return (wanted.Count, wanted.Count(file => !store.Contains(file)));
    }

    /// <summary>Says what this server is to have, the most urgent first; replaces what was said before. Returns at once.</summary>
    public void Want(IReadOnlyCollection<ContentFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        CancellationTokenSource replaced;
        lock (_lock)
        {
            _wanted = files;
            replaced = _replaced;
            _replaced = new CancellationTokenSource();
        }

        replaced.Cancel();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failedRounds = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            IReadOnlyCollection<ContentFile> wanted;
            CancellationToken replaced;
            lock (_lock) (wanted, replaced) = (_wanted, _replaced.Token);
            using var round = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, replaced);
            try
            {
                // A newer list may put something else first. Transfers that run go on, and are joined.
                var result = await fetcher.PrefetchAsync(wanted, round.Token);
                if (result.Fetched + result.Failed.Count > 0) Log.Round(log, result.Fetched, result.Failed.Count);
                failedRounds = result.Failed.Count == 0 ? 0 : failedRounds + 1;
                await Task.Delay(Rest(failedRounds), time, round.Token);
            }
            catch (OperationCanceledException)
            {
                // Replaced, or stopping: the loop's condition tells.
                failedRounds = 0;
            }
        }
    }

    private static TimeSpan Rest(int failedRounds) =>
        failedRounds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Min(LastRetry.Ticks, FirstRetry.Ticks << Math.Min(failedRounds - 1, 10)));

    private static partial class Log
    {
        [LoggerMessage(7301, LogLevel.Information, "Content ahead: {Fetched} files fetched, {Failed} failed.")]
        public static partial void Round(ILogger log, int fetched, int failed);
    }
}
