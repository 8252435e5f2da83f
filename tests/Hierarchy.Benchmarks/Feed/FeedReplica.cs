using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hierarchy.Domain.View;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Hierarchy.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>A replica that starts with nothing and takes everything, once.</summary>
internal sealed class FeedReplica(string path, Uri parent)
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 * 1024 * 1024;
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;
    private SqliteMirrorLog? _log;

    /// <summary>Bytes of all messages.</summary>
    public long Received => _received;

    /// <summary>What it serves in the end.</summary>
    public ServedView? View { get; private set; }

    /// <summary>From the call to the parent until CaughtUp is committed and the view is served.</summary>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        await using var log = _log = SqliteMirrorLog.Open(new SqliteStoreOptions { Path = path });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loop = new FollowerLoop(
            log, new ServerIdentity(Guid.NewGuid(), "replica", ""), [parent], OpenAsync, downstream: null, ServeAsync, new FollowerOptions(), TimeProvider.System, NullLogger<FollowerLoop>.Instance);
        var start = Stopwatch.GetTimestamp();
        var running = loop.RunAsync(stop.Token);
        await Task.WhenAny(_served.Task, running);
        var time = Stopwatch.GetElapsedTime(start);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_served.Task.IsCompletedSuccessfully) throw new InvalidOperationException($"The replica never caught up: {loop.Status.Reason}");
        return time;
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> OpenAsync(Uri url, FollowerHello hello, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in FeedMethods.OpenAsync(url, hello, cancellationToken))
        {
            _received += frame.Length;
            yield return frame;
        }
    }

    /// <summary>Builds the view as a server does.</summary>
    private async ValueTask ServeAsync(FoldedState state, CancellationToken cancellationToken)
    {
        var builder = new ServedViewBuilder();
        for (long after = 0; ;)
        {
            var page = await _log!.ReadPageAsync(after, PageRecords, PageBytes, cancellationToken); // open while the loop runs
            foreach (var record in page.Records)
                if (CatalogRecords.Read(record) is { } known)
                    builder.Apply(known);
            after = page.Through;
            if (!page.IsLast) continue;
            View = builder.Build(page.Head);
            _served.TrySetResult();
            return;
        }
    }
}
