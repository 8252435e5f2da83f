using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hierarchy.Domain.View;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Verification;
using Hierarchy.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>A replica that starts with nothing and takes everything, once.</summary>
internal sealed class FeedReplica(string path, Uri parent)
{
    private static readonly RotAlarm NoAlarm = new(_ => { }, "");
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;

    /// <summary>Bytes of all messages.</summary>
    public long Received => _received;

    /// <summary>What it serves in the end.</summary>
    public ServedView? View { get; private set; }

    /// <summary>From the call to the parent until CaughtUp is committed and the view is served.</summary>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        await using var log = SqliteMirrorLog.Open(new SqliteStoreOptions { Path = path });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The view is the server's own.
        var views = new ViewPublisher();
        using var follower = new ViewFollower(new ServedLogs(ServedLog.Of(log)), views, new RotAlarms(NoAlarm, NoAlarm), NullLogger<ViewFollower>.Instance);
        var loop = new FollowerLoop(
            log, new ServerIdentity(Guid.NewGuid(), "replica", ""), [parent], OpenAsync, downstream: null, ServeAsync, new FollowerOptions(), TimeProvider.System,
            NullLogger<FollowerLoop>.Instance, follower);
        var start = Stopwatch.GetTimestamp();
        var running = loop.RunAsync(stop.Token);
        await Task.WhenAny(_served.Task, running);
        var time = Stopwatch.GetElapsedTime(start);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        View = views.View;
        if (!_served.Task.IsCompletedSuccessfully) throw new InvalidOperationException($"The replica never caught up: {loop.Status.Reason}");
        return time;

        async ValueTask ServeAsync(FoldedState state, CancellationToken token)
        {
            await follower.CatchUpAsync(state.Replaced, token);
            _served.TrySetResult();
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> OpenAsync(Uri url, FollowerHello hello, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in FeedMethods.OpenAsync(url, hello, cancellationToken))
        {
            _received += frame.Length;
            yield return frame;
        }
    }
}
