using System.Collections.Concurrent;
using System.Net;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Replication;

/// <summary>A server reduced to its log and its feed: real SQLite, real HTTP/2.</summary>
internal sealed class FeedNode : IAsyncDisposable, IStagingObserver
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stop = new();
    private readonly WebApplication _app;
    private readonly IAsyncDisposable _store;
    private readonly Task _running;
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FeedNode(IAsyncDisposable store, ILogReader log, ServerIdentity self, FeedSource source, IReadOnlyList<Uri> parents, bool comparesRecords)
    {
        _store = store;
        Log = log;
        Source = source;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(source);
        FeedEndpoint.AddFeed(builder.Services);
        builder.Services.AddSingleton(new DigestEndpoint(new DigestSource(source, log), overlay: null, verifyUpward: null, CancellationToken.None));
        _app = builder.Build();
        _app.MapGrpcService<FeedEndpoint>();
        if (comparesRecords) _app.MapGrpcService<DigestEndpoint>();
        if (log is IMirrorLog mirror)
            Loop = FollowerLoop.Create(mirror, self, parents, source, ServeAsync, new FollowerOptions { FirstDelay = TimeSpan.FromMilliseconds(20), LongestDelay = TimeSpan.FromMilliseconds(500) }, TimeProvider.System, NullLogger<FollowerLoop>.Instance, this);
        if (Loop is not null) Loop.StatusChanged += _ => Tell();
        _running = StartAsync();
    }

    public ILogReader Log { get; }

    public IAuthorityLog Authority => (IAuthorityLog)Log;

    public FeedSource Source { get; }

    public FollowerLoop? Loop { get; }

    /// <summary>The latest of each key that was shown while it was staged.</summary>
    public ConcurrentDictionary<(int Kind, string Key), string> Prepared { get; } = new();

    public ConcurrentQueue<StagingMode> Begun { get; } = new();

    public ConcurrentQueue<FoldedState> Served { get; } = new();

    public Uri Url => new(_app.Urls.First());

    public static async Task<FeedNode> RootAsync(string path, FeedOptions? options = null, bool comparesRecords = true)
    {
        var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = path });
        var self = FeedSample.ServerNamed("root");
        var node = new FeedNode(log, log, self, FeedSource.OfAuthority(log, self, options ?? new FeedOptions(), TimeProvider.System), [], comparesRecords);
        await node._started.Task;
        return node;
    }

    public static async Task<FeedNode> ReplicaAsync(string path, IReadOnlyList<Uri> parents, string name = "replica", FeedOptions? options = null, Guid? id = null)
    {
        var log = SqliteMirrorLog.Open(new SqliteStoreOptions { Path = path });
        var self = new ServerIdentity(id ?? Guid.NewGuid(), name, "");
        var node = new FeedNode(log, log, self, FeedSource.OfMirror(log, self, options ?? new FeedOptions(), TimeProvider.System), parents, comparesRecords: true);
        await node._started.Task;
        return node;
    }

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until something holds, looking after everything that is served and every change of status.</summary>
    public async Task UntilAsync(Func<bool> holds, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var news = _news.Task;
            if (holds()) return;
            try
            {
                await news.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"Not in {Deadline}: {Loop?.Status}");
            }
        }
    }

    /// <summary>Waits until this replica serves the other's state.</summary>
    public async Task UntilEqualAsync(FeedNode other, CancellationToken cancellationToken)
    {
        await UntilAsync(() => !Served.IsEmpty && Served.Last().Checkpoint.Position == other.Log.Head.Position, cancellationToken);
        Assert.Equal(other.Log.Head.Count, Log.Head.Count);
        Assert.Equal(other.Log.Head.Digest.ToArray(), Log.Head.Digest.ToArray());
    }

    public void Begin(StagingMode mode)
    {
        Prepared.Clear();
        Begun.Enqueue(mode);
    }

    public ValueTask TakeAsync(IReadOnlyList<ChangeRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records) Prepared[(record.Kind, Convert.ToHexString(record.Key.Span))] = FeedSample.Describe(record);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Source.Dispose();
        await _store.DisposeAsync();
        _stop.Dispose();
    }

    private async Task StartAsync()
    {
        try
        {
            await _app.StartAsync();
            _started.SetResult();
        }
        catch (Exception e)
        {
            _started.SetException(e);
            throw;
        }

        if (Loop is not null) await Loop.RunAsync(_stop.Token);
    }

    private ValueTask ServeAsync(FoldedState state, CancellationToken cancellationToken)
    {
        Served.Enqueue(state);
        Tell();
        return ValueTask.CompletedTask;
    }

    private void Tell() => Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
