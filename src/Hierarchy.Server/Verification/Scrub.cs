using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Feed;

namespace Hierarchy.Server.Verification;

/// <summary>Reads all records again from time to time, slowly, so that rows that rot on the disk are found before they are needed; and at once when a comparison with a server below says so.</summary>
internal sealed partial class Scrub(RecordVerifier verifier, DigestSource comparisons, OverlayFeed overlay, ReplicationOptions options, TimeProvider time, ILogger<Scrub> logger) : BackgroundService
{
    private TaskCompletionSource _suspicion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        comparisons.Rotten += OnRotten;
        overlay.Rotten += OnRotten;
        try
        {
            var wait = options.ScrubInterval > TimeSpan.Zero && options.ScrubInterval < options.FirstScrub ? options.ScrubInterval : options.FirstScrub;
            while (true)
            {
                await WaitAsync(options.ScrubInterval > TimeSpan.Zero ? wait : Timeout.InfiniteTimeSpan, stoppingToken);
                var began = time.GetTimestamp();
                var found = await verifier.RunAsync(options.ScrubLoad, progress: null, stoppingToken);
                if (found.State == VerificationState.Sound) Log.Sound(logger, found.Count, time.GetElapsedTime(began));
                wait = options.ScrubInterval * (0.75 + (Random.Shared.NextDouble() / 2));
            }
        }
        finally
        {
            comparisons.Rotten -= OnRotten;
            overlay.Rotten -= OnRotten;
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Task.WhenAny(Task.Delay(wait, time, timer.Token), Volatile.Read(ref _suspicion).Task);
        }
        finally
        {
            await timer.CancelAsync();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_suspicion.Task.IsCompleted) Volatile.Write(ref _suspicion, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private void OnRotten() => Volatile.Read(ref _suspicion).TrySetResult();

    private static partial class Log
    {
        [LoggerMessage(EventId = 1715, Level = LogLevel.Information, Message = "All {Count} records were read again and equal their digest ({Elapsed}).")]
        public static partial void Sound(ILogger logger, long count, TimeSpan elapsed);
    }
}
