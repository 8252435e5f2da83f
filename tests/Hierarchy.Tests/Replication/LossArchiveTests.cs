using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing.Logs;
using Hierarchy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

/// <summary>What a follower held of a history that another one takes the place of is kept, durably and before it is gone.</summary>
public sealed class LossArchiveTests : IAsyncDisposable
{
    private readonly StorageFolder _folder = new();
    private readonly MemoryAuthorityLog _old = new();
    private readonly MemoryMirrorLog _mirror = new();
    private readonly SqliteLostStore _lost;
    private readonly List<LogHead> _headsWhenKept = [];

    public LossArchiveTests() => _lost = SqliteLostStore.Open(_folder.File("lost.db"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _lost.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Diverged_RecordsAboveTheCommonPlace_AreKeptBeforeTheFold()
    {
        _old.CommitEach(1, 3);
        var heir = new MemoryAuthorityLog(_old.Image, start: AuthorityStart.AfterLoss);
        _old.Commit(Put("own", "decided"), Put("key-1", null));
        await FollowAsync(_old, _lost);
        Assert.Equal(0, _lost.Count);
        var before = _mirror.Head;
        heir.Commit(Put("new", "1"));

        await FollowAsync(heir, new Watched(this, failures: 0));

        Assert.Equal(heir.Head.Position, _mirror.Head.Position);
        var loss = Assert.Single(await _lost.ListAsync(Token));
        Assert.Equal((before.Position, 4L, heir.Head.Position, 2L), (loss.Before, loss.Common, loss.After, loss.Records));
        Assert.Equal(["5 6F776E", "6 6B65792D31 deleted"], (await _lost.ReadAsync(loss.Id, 0, 10, Token)).Select(record => $"{record.Sequence} {Convert.ToHexString(record.Key.Span)}{(record.IsTombstone ? " deleted" : "")}"));
        Assert.Equal(before, Assert.Single(_headsWhenKept));
    }

    [Fact]
    public async Task Diverged_ArchiveCannotBeWritten_NothingIsFoldedUntilItCan()
    {
        _old.CommitEach(1, 3);
        var heir = new MemoryAuthorityLog(_old.Image, start: AuthorityStart.AfterLoss);
        _old.Commit(Put("own", "decided"));
        await FollowAsync(_old, _lost);
        var before = _mirror.Head;

        await FollowAsync(heir, new Watched(this, failures: 2));

        Assert.Equal(3, _headsWhenKept.Count);
        Assert.All(_headsWhenKept, head => Assert.Equal(before, head));
        Assert.Equal(1, _lost.Count);
    }

    [Fact]
    public async Task Snapshot_OfTheSameHistory_LosesNothing()
    {
        _old.CommitEach(1, 5);
        await FollowAsync(_old, _lost);
        for (var i = 1; i <= 5; i++) _old.Commit(Put($"key-{i}", null));
        _old.Compact(_old.Head.Position.Sequence);

        await FollowAsync(_old, _lost);

        Assert.Equal(_old.Head.Position, _mirror.Head.Position);
        Assert.Equal(0, _lost.Count);
    }

    /// <summary>Follows an authority until the mirror holds what it holds.</summary>
    private async Task FollowAsync(MemoryAuthorityLog authority, ILostStore lost)
    {
        using var source = FeedSource.OfAuthority(authority, ServerNamed("root"), new FeedOptions { PageRecords = 3 }, TimeProvider.System);
        var options = new FollowerOptions { FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5) };
        var loop = new FollowerLoop(
            _mirror, ServerNamed("replica"), [new Uri("http://root:1")], (_, hello, token) => FramesOf(source, hello, token), null, (_, _) => ValueTask.CompletedTask, options, TimeProvider.System,
            NullLogger<FollowerLoop>.Instance, lost: lost);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = Task.Run(() => loop.RunAsync(stop.Token), Token);
        await Eventually.HoldsAsync("the mirror holds the authority's state", () => _mirror.Head.Position == authority.Head.Position && loop.Status.Phase == FollowerPhase.Live);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>The archive, with a look at where the mirror stands whenever something is kept, and a disk that fails at first.</summary>
    private sealed class Watched(LossArchiveTests test, int failures) : ILostStore
    {
        private int _failures = failures;

        public long Count => test._lost.Count;

        public ValueTask<long> KeepAsync(Loss loss, IAsyncEnumerable<IReadOnlyList<ChangeRecord>> pages, CancellationToken cancellationToken)
        {
            test._headsWhenKept.Add(test._mirror.Head);
            if (_failures-- > 0) throw new UnavailableException("The disk is full.");
            return test._lost.KeepAsync(loss, pages, cancellationToken);
        }

        public ValueTask<IReadOnlyList<Loss>> ListAsync(CancellationToken cancellationToken) => test._lost.ListAsync(cancellationToken);

        public ValueTask<IReadOnlyList<ChangeRecord>> ReadAsync(long id, long after, int maxRecords, CancellationToken cancellationToken) => test._lost.ReadAsync(id, after, maxRecords, cancellationToken);

        public ValueTask<bool> ForgetAsync(long id, CancellationToken cancellationToken) => test._lost.ForgetAsync(id, cancellationToken);
    }
}
