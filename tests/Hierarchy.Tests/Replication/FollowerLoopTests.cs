using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing;
using Hierarchy.Testing.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

public sealed class FollowerLoopTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly MemoryAuthorityLog _root = new();
    private readonly MemoryMirrorLog _mirror = new();
    private readonly FeedSource _source;
    private readonly ConcurrentQueue<FoldedState> _served = new();
    private readonly ConcurrentQueue<FollowerStatus> _statuses = new();
    private readonly ConcurrentQueue<StagingMode> _begun = new();
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<FoldedState, ValueTask> _view = _ => ValueTask.CompletedTask;
    private int _calls;

    public FollowerLoopTests() => _source = FeedSource.OfAuthority(_root, ServerNamed("root"), new FeedOptions { PageRecords = 10 }, TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task Run_DiskFailsInTheMiddleOfACatchUp_TriesAgainAndServesTheWholeState()
    {
        _root.CommitEach(1, 45);
        var writes = 0;
        _mirror.BeforeWrite = _ =>
        {
            if (++writes is 3 or 6) throw new IOException("No space left on device.");
        };
        await using var running = Start();
        await UntilAsync(() => _mirror.Head.Position == _root.Head.Position && !_served.IsEmpty);

        Assert.Contains(_statuses, status => status.Reason.Contains("No space left on device", StringComparison.Ordinal));
        Assert.Equal(_root.Head.Position, Assert.Single(_served).Checkpoint.Position);
        // What was made ready from pages that the disk did not keep counts no more.
        Assert.Contains(StagingMode.None, _begun);
        Assert.Equal(3, _calls);
    }

    [Fact]
    public async Task Run_ViewFailsOnce_IsGivenTheStateAgain()
    {
        _root.CommitEach(1, 5);
        var failures = 0;
        _view = state => state.Records is { } && failures++ == 0 ? throw new InvalidOperationException("The view broke.") : ValueTask.CompletedTask;
        await using var running = Start();
        await UntilAsync(() => _served.Count == 1);
        _root.Commit(Put("a", "1"));
        await UntilAsync(() => _served.Count == 2);

        var again = _served.Last();
        Assert.Equal((_root.Head.Position, true), (again.Checkpoint.Position, again.Replaced));
        Assert.Null(again.Records);
    }

    [Fact]
    public async Task Run_ParentFallsSilent_IsGivenUp()
    {
        var time = new ManualTime();
        var loop = new FollowerLoop(
            _mirror, ServerNamed("replica"), [new Uri("http://silent:1"), new Uri("http://root:1")],
            (parent, hello, token) => parent.Host == "silent" ? SilentAsync(token) : OpenAsync(parent, hello, token), null, ServeAsync, new FollowerOptions(), time, NullLogger<FollowerLoop>.Instance);
        await using var running = new Running(loop, this);
        await UntilAsync(() => _calls == 1);
        time.Advance(TimeSpan.FromSeconds(46));
        await UntilAsync(() => !_served.IsEmpty);

        Assert.Contains(_statuses, status => status.Reason.Contains("said nothing for 00:00:45", StringComparison.Ordinal));
        Assert.Equal("root", loop.Status.Parent!.Url.Host); // served
    }

    [Fact]
    public async Task Run_FalseRecords_AreCountedAndNeverServed()
    {
        _root.CommitEach(1, 15);
        var forgeries = 1;
        await using var running = Start(frame => FeedCodec.Read(frame.Bytes) is FeedMessage.Page page && Interlocked.Decrement(ref forgeries) >= 0
            ? FeedCodec.Page([page.Records[0] with { Payload = new byte[] { 1 } }, .. page.Records.Skip(1)], page.Through, page.Head)
            : frame);
        await UntilAsync(() => !_served.IsEmpty);

        Assert.Equal(_root.Head.Digest.ToArray(), Assert.Single(_served).Checkpoint.Digest.ToArray());
        Assert.Equal(1, running.Loop.Status.DigestMismatches);
    }

    [Fact]
    public async Task Run_BytesThatAreNoFeed_EndTheCallAndChangeNothing()
    {
        _root.CommitEach(1, 15);
        var wrong = 1;
        await using var running = Start(frame => FeedCodec.Read(frame.Bytes) is FeedMessage.Page && Interlocked.Decrement(ref wrong) >= 0 ? new FeedFrame(new byte[] { 18, 0xff, 0xff, 3 }) : frame);
        await UntilAsync(() => !_served.IsEmpty);

        Assert.Contains(_statuses, status => status.Reason.Contains("not well-formed protobuf", StringComparison.Ordinal));
        Assert.Equal(2, _calls);
        Assert.Equal(0, running.Loop.Status.DigestMismatches);
    }

    [Fact]
    public async Task Run_Cancelled_ClosesTheCallAndSaysStopped()
    {
        var running = Start();
        await UntilAsync(() => !_served.IsEmpty);
        await running.DisposeAsync();

        Assert.Equal(FollowerPhase.Stopped, running.Loop.Status.Phase);
        Assert.Equal(0, _source.Followers);
    }

    private Running Start(Func<FeedFrame, FeedFrame>? tamper = null)
    {
        // The test waits for what happens, and the loop for no longer than it must.
        var options = new FollowerOptions { FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(20) };
        return new Running(
            new FollowerLoop(
                _mirror, ServerNamed("replica"), [new Uri("http://root:1")], (parent, hello, token) => OpenAsync(parent, hello, token, tamper), null, ServeAsync, options, TimeProvider.System,
                NullLogger<FollowerLoop>.Instance, new Observer(_begun)),
            this);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> OpenAsync(Uri parent, FollowerHello hello, [EnumeratorCancellation] CancellationToken cancellationToken, Func<FeedFrame, FeedFrame>? tamper = null)
    {
        Interlocked.Increment(ref _calls);
        Tell();
        await foreach (var frame in FramesOf(_source, hello, cancellationToken))
            yield return (tamper?.Invoke(new FeedFrame(frame)) ?? new FeedFrame(frame)).Bytes;
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> SilentAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        Tell();
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        yield break;
    }

    private async ValueTask ServeAsync(FoldedState state, CancellationToken cancellationToken)
    {
        await _view(state);
        _served.Enqueue(state);
        Tell();
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var news = _news.Task;
            if (holds()) return;
            await news.WaitAsync(deadline.Token);
        }
    }

    private void Tell() => Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private sealed class Observer(ConcurrentQueue<StagingMode> begun) : IStagingObserver
    {
        public void Begin(StagingMode mode) => begun.Enqueue(mode);

        public ValueTask TakeAsync(IReadOnlyList<ChangeRecord> records, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _task;

        public Running(FollowerLoop loop, FollowerLoopTests test)
        {
            Loop = loop;
            loop.StatusChanged += status =>
            {
                test._statuses.Enqueue(status);
                test.Tell();
            };
            _task = Task.Run(() => loop.RunAsync(_stop.Token));
        }

        public FollowerLoop Loop { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _task);
            _stop.Dispose();
        }
    }
}
