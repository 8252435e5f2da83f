using System.Collections.Concurrent;
using Hierarchy.Domain;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing;
using Hierarchy.Testing.Logs;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

public sealed class FeedSourceTests : IDisposable
{
    private readonly MemoryAuthorityLog _log = new();
    private readonly ManualTime _time = new();
    private readonly FeedSource _source;

    public FeedSourceTests() => _source = FeedSource.OfAuthority(_log, ServerNamed("root"), new FeedOptions { PageRecords = 10 }, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task Follow_ManyFollowersAtOnce_AllGetTheSameBytes()
    {
        _log.CommitEach(1, 95);
        var followers = Enumerable.Range(0, 20).Select(_ => new Listener(_source, Hello(), Token)).ToArray();
        foreach (var follower in followers) await follower.UntilAsync(messages => messages.Any(message => message is FeedMessage.CaughtUp));
        _log.Commit(Put("after", "1"));
        foreach (var follower in followers) await follower.UntilAsync(messages => messages[^1] is FeedMessage.Transaction);

        // Not equal bytes, the same ones: encoded once.
        for (var i = 1; i < followers[0].Frames.Count; i++)
            if (followers[0].Messages[i] is FeedMessage.Page or FeedMessage.Transaction)
                Assert.All(followers, follower => Assert.Same(followers[0].Frames[i], follower.Frames[i]));
        Assert.Equal(20, _source.Followers);
        foreach (var follower in followers) await follower.DisposeAsync();
        Assert.Equal(0, _source.Followers);
    }

    [Fact]
    public async Task Follow_SlowFollower_HoldsNeitherTheWriterNorTheOthers()
    {
        var gate = new SemaphoreSlim(0);
        await using var slow = new Listener(_source, Hello(_log.Head.Position), Token, gate);
        await using var quick = new Listener(_source, Hello(_log.Head.Position), Token);
        _log.CommitEach(1, 5000);
        await quick.UntilAsync(_ => quick.Through == 5001);

        gate.Release(int.MaxValue / 2);
        await slow.UntilAsync(_ => slow.Through == 5001);

        // What it had missed came in pages, not in as many transactions.
        Assert.Contains(slow.Messages, message => message is FeedMessage.Page);
        Assert.True(slow.Messages.Count < 1500, $"{slow.Messages.Count} messages");
    }

    [Fact]
    public async Task Follow_NothingToSay_SendsBookmarksInTime()
    {
        await using var follower = new Listener(_source, Hello(_log.Head.Position), Token);
        await follower.UntilAsync(messages => messages[^1] is FeedMessage.CaughtUp);
        for (var seconds = 0; seconds < 60; seconds += 5)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            var due = (seconds + 5) / 15;
            await follower.UntilAsync(messages => messages.OfType<FeedMessage.Bookmark>().Count() >= due);
        }

        Assert.True(follower.Messages.OfType<FeedMessage.Bookmark>().Last().Checkpoint.Time > follower.Messages.OfType<FeedMessage.CaughtUp>().Last().Checkpoint.Time);
    }

    [Fact]
    public async Task Ancestry_Changed_EndsTheCallsSoThatTheyHearIt()
    {
        await using var follower = new Listener(_source, Hello(_log.Head.Position), Token);
        await follower.UntilAsync(messages => messages[^1] is FeedMessage.CaughtUp);
        _source.Ancestry = [Guid.NewGuid(), Guid.NewGuid()];

        await Assert.ThrowsAsync<UnavailableException>(() => follower.Call);
    }

    [Fact]
    public async Task Dispose_EndsTheCalls()
    {
        await using var follower = new Listener(_source, Hello(), Token);
        await follower.UntilAsync(messages => messages[^1] is FeedMessage.CaughtUp);
        _source.Dispose();

        await Assert.ThrowsAsync<UnavailableException>(() => follower.Call);
    }

    [Fact]
    public async Task Follow_Loop_IsRefused()
    {
        await using var follower = new Listener(_source, Hello(id: _source.Ancestry[0]), Token);

        await Assert.ThrowsAsync<LoopException>(() => follower.Call);
    }

    [Fact]
    public async Task Follow_WithoutBrotli_GetsPlainBatches()
    {
        for (var i = 0; i < 30; i++) _log.Commit(Put($"key-{i}", new string('x', 400)));
        await using var follower = new Listener(_source, Hello() with { ReadsBrotli = false }, Token);
        await follower.UntilAsync(messages => messages[^1] is FeedMessage.CaughtUp);

        Assert.DoesNotContain(follower.Frames, frame => frame.Encoding == Hierarchy.Protocol.Catalog.V1.Encoding.Brotli);
        await using var other = new Listener(_source, Hello(), Token);
        await other.UntilAsync(messages => messages[^1] is FeedMessage.CaughtUp);
        Assert.Contains(other.Frames, frame => frame.Encoding == Hierarchy.Protocol.Catalog.V1.Encoding.Brotli);
    }

    /// <summary>One follower's end of a call.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
        private readonly CancellationTokenSource _stop;
        private readonly ConcurrentQueue<FeedFrame> _frames = new();
        private readonly SemaphoreSlim? _gate;
        private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Listener(FeedSource source, FollowerHello hello, CancellationToken cancellationToken, SemaphoreSlim? gate = null)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _gate = gate;
            Call = Task.Run(() => source.FollowAsync(hello, WriteAsync, _stop.Token), cancellationToken);
        }

        public Task Call { get; }

        public IReadOnlyList<FeedFrame> Frames => [.. _frames];

        public IReadOnlyList<FeedMessage> Messages => [.. _frames.Select(frame => FeedCodec.Read(frame.Bytes))];

        public long Through => Messages.Select(message => message switch
        {
            FeedMessage.CaughtUp caughtUp => caughtUp.Checkpoint.Position.Sequence,
            FeedMessage.Transaction transaction => transaction.Checkpoint.Position.Sequence,
            _ => 0,
        }).LastOrDefault();

        public async Task UntilAsync(Func<IReadOnlyList<FeedMessage>, bool> holds)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            deadline.CancelAfter(Deadline);
            while (true)
            {
                var news = _news.Task;
                var messages = Messages;
                if (messages.Count > 0 && holds(messages)) return;
                if (Call.IsFaulted) await Call;
                await news.WaitAsync(deadline.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        private async ValueTask WriteAsync(FeedFrame frame, CancellationToken cancellationToken)
        {
            if (_gate is not null) await _gate.WaitAsync(cancellationToken);
            _frames.Enqueue(frame);
            Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }
}
