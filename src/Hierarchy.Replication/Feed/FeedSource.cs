using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Feed;

/// <summary>
/// Feeds one log to the servers below, each by a session of its own over shared bytes: pages and transactions are encoded once. An authority's source follows its log by itself; a mirror's
/// is told by the follower, after the fold, so that it passes on only what it serves.
/// </summary>
public sealed class FeedSource : IDisposable
{
    private readonly Lock _lock = new(); // guards the fields down to _newer
    private readonly PageCache _cache;
    private readonly Dictionary<(long After, long Floor), Task<CatchUpPage>> _reading = [];
    private readonly HashSet<FeedSession> _sessions = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _calls = new();
    private IReadOnlyList<Guid> _ancestry;
    private LogId _overlay;
    private NewerReign? _newer;

    private readonly ILogReader _log;
    private readonly FeedOptions _options;
    private readonly TimeProvider _time;
    private readonly FeedState _state;
    private readonly FeedTail _tail;
    private readonly ITimer _ticker;
    private readonly TimeSpan _tick;
    private readonly CancellationTokenSource _disposed = new();
    private readonly IAuthorityLog? _authority;
    private int _reissued;
    private bool _held;

    private FeedSource(ILogReader log, ServerIdentity self, IReadOnlyList<Guid> ancestry, FeedOptions options, TimeProvider time, Func<FeedSource, LogHead, Checkpoint?> checkpointOf)
    {
        _log = log;
        _options = options;
        _time = time;
        _ancestry = ancestry;
        _cache = new PageCache(options.CacheBytes);
        _authority = log as IAuthorityLog;
        _tail = new FeedTail(options, log.Head.Position.Sequence);
        if (_authority is not null)
        {
            // First the subscription, then the head: what is committed in between is in both, and the tail passes over it.
            _authority.Committed += OnCommitted;
            _tail.Reset(log.Head.Position.Sequence);
        }

        _state = new FeedState(self, log, _tail, head => checkpointOf(this, head), () => Ancestry) { Overlay = () => Overlay, Newer = () => Newer };
        _tick = options.BookmarkInterval / 3;
        _ticker = time.CreateTimer(_ => Wake(), null, _tick, _tick);
    }

    /// <summary>Ids from this server up to the root, this one first. Changing it ends the calls of the followers, which come again and hear the new ones.</summary>
    public IReadOnlyList<Guid> Ancestry
    {
        get
        {
            lock (_lock) return _ancestry;
        }

        set
        {
            lock (_lock)
            {
                if (_ancestry.SequenceEqual(value)) return;
                _ancestry = value;
            }

            EndCalls();
        }
    }

    /// <summary>The log whose decisions this server serves in place of the tree's; none for the tree's own. Changing it ends the calls of the followers likewise.</summary>
    public LogId Overlay
    {
        get
        {
            lock (_lock) return _overlay;
        }

        set
        {
            lock (_lock)
            {
                if (_overlay == value) return;
                _overlay = value;
            }

            EndCalls();
        }
    }

    /// <summary>Where the log stands that is fed.</summary>
    public Position Position => _log.Head.Position;

    /// <summary>
    /// The reign that has taken the place of this log's, as far as it is known; null for none. Learning of one that the log has not come to ends the calls of the followers, which come again, hear of
    /// it, and ask their other parents.
    /// </summary>
    public NewerReign? Newer
    {
        get
        {
            lock (_lock) return _newer;
        }

        set
        {
            lock (_lock)
            {
                if (_newer == value) return;
                _newer = value;
            }

            if (_state.NewerThanLog is not null) EndCalls();
        }
    }

    /// <summary>A follower presents its position, and its name. Handlers hand over and return.</summary>
    public event Action<Position, string>? Presented;

    /// <summary>Followers connected now.</summary>
    public int Followers
    {
        get
        {
            lock (_lock) return _sessions.Count;
        }
    }

    /// <summary>How far the floor may rise without sending a connected follower back to a snapshot; null when none is connected.</summary>
    public long? HighestSafeFloor
    {
        get
        {
            lock (_lock) return _sessions.Count == 0 ? null : _sessions.Min(session => session.HighestSafeFloor);
        }
    }

    /// <summary>
    /// True while rows of this server's storage are known to be rotten: no pages are read from it, so that they reach no server below. Transactions go on, because they do not come from there.
    /// </summary>
    public bool IsHeld => Volatile.Read(ref _held);

    /// <summary>The checkpoint of a position, as far as it is known still: of the head, or of a transaction of the tail.</summary>
    public Checkpoint? CheckpointAt(Position position) => _tail.CheckpointAt(position) ?? (_log.Head is var head && head.Position == position ? _state.CheckpointOf(head) : null);

    internal FeedState State => _state;

    /// <summary>The source of an authority's log: issues the checkpoints itself.</summary>
    public static FeedSource OfAuthority(IAuthorityLog log, ServerIdentity self, FeedOptions options, TimeProvider time) =>
        new(log, self, [self.Id], options, time, static (source, head) => source.Issue(head));

    /// <summary>The source of a mirrored log: passes on the checkpoints of the authority.</summary>
    public static FeedSource OfMirror(IMirrorLog log, ServerIdentity self, FeedOptions options, TimeProvider time) =>
        new(log, self, [self.Id], options, time, (source, head) =>
            log.Checkpoint is { } checkpoint && checkpoint.Position == head.Position ? checkpoint : source._tail.CheckpointAt(head.Position));

    /// <summary>A transaction that this mirror has applied, in order. Returns at once; followers encode it when they take it.</summary>
    public void Publish(CommittedTransaction transaction, Checkpoint checkpoint)
    {
        _tail.Append(after => new TailEntry(after, transaction.Records, checkpoint, transaction.Head.Floor), checkpoint.Position.Sequence);
        Wake();
    }

    /// <summary>The log was changed by a fold: followers go on from storage.</summary>
    public void Reset()
    {
        _tail.Reset(_log.Head.Position.Sequence);
        lock (_lock) _cache.Clear();
        Wake();
    }

    /// <summary>Rows are known to be rotten, or to be sound again.</summary>
    public void Hold(bool isHeld)
    {
        Volatile.Write(ref _held, isHeld);
        if (isHeld)
            lock (_lock) _cache.Clear();
    }

    /// <summary>The checkpoint was reissued: live followers get it as a bookmark.</summary>
    public void Refresh()
    {
        Interlocked.Increment(ref _reissued);
        Wake();
    }

    /// <summary>Ends all calls.</summary>
    public void Dispose()
    {
        if (_disposed.IsCancellationRequested) return;
        if (_authority is not null) _authority.Committed -= OnCommitted;
        _disposed.Cancel();
        _ticker.Dispose();
    }

    /// <summary>As <see cref="Publish(CommittedTransaction, Checkpoint)"/>, with the bytes as they were received.</summary>
    internal void Publish(FeedFrame frame, Checkpoint checkpoint)
    {
        _tail.Append(after => new TailEntry(after, frame, checkpoint), checkpoint.Position.Sequence);
        Wake();
    }

    /// <summary>Feeds one follower until it goes away, or the feed's answer ends the call.</summary>
    /// <exception cref="LoopException">The follower feeds this server.</exception>
    /// <exception cref="UnavailableException">This server stops, or has another parent now.</exception>
    internal async Task FollowAsync(FollowerHello hello, Func<FeedFrame, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        Presented?.Invoke(hello.Position, hello.Name);
        var session = new FeedSession(_state, hello);
        CancellationToken calls;
        lock (_lock)
        {
            calls = _calls.Token;
            _sessions.Add(session);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, calls, _disposed.Token);
        try
        {
            await DriveAsync(session, write, stop.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException(
                _disposed.IsCancellationRequested ? "Feeding: this server stops; connect again." : "Feeding: what this server says of itself has changed (another parent, or another root); connect again.", e);
        }
        finally
        {
            lock (_lock) _sessions.Remove(session);
        }
    }

    private void EndCalls()
    {
        CancellationTokenSource calls;
        lock (_lock)
        {
            calls = _calls;
            _calls = new CancellationTokenSource();
        }

        calls.Cancel();
        calls.Dispose();
    }

    private async Task DriveAsync(FeedSession session, Func<FeedFrame, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var effects = new Queue<FeedEffect>(session.Open());
        Task<CatchUpPage>? reading = null;
        var quiet = _time.GetTimestamp();
        var reissued = Volatile.Read(ref _reissued);
        while (effects.TryDequeue(out var effect))
        {
            switch (effect)
            {
                case FeedEffect.Send send:
                    // The next page is read and encoded while this one is on its way.
                    if (effects.TryPeek(out var next) && next is FeedEffect.Read ahead) reading = ReadPageAsync(ahead.After);
                    await write(send.Frame, cancellationToken);
                    quiet = _time.GetTimestamp();
                    break;
                case FeedEffect.Read read:
                    var page = await (reading ?? ReadPageAsync(read.After)).WaitAsync(cancellationToken);
                    reading = null;
                    Enqueue(effects, session.OnPage(page));
                    break;
                case FeedEffect.Tail tail:
                    var changed = Volatile.Read(ref _changed).Task;
                    switch (_tail.Next(tail.After, tail.Generation, out var entry))
                    {
                        case FeedTail.Answer.Entry:
                            Enqueue(effects, session.OnTail(entry!)); // an entry comes with this answer
                            break;
                        case FeedTail.Answer.Lost:
                            Enqueue(effects, session.OnLost());
                            break;
                        default:
                            var now = Volatile.Read(ref _reissued);
                            if (now != reissued || _time.GetElapsedTime(quiet) > _options.BookmarkInterval - _tick)
                            {
                                reissued = now;
                                quiet = _time.GetTimestamp();
                                Enqueue(effects, session.OnBookmark());
                                break;
                            }

                            await changed.WaitAsync(cancellationToken);
                            effects.Enqueue(tail);
                            break;
                    }

                    break;
                case FeedEffect.Refuse refuse:
                    throw new LoopException(refuse.Reason);
                case FeedEffect.End:
                    return;
            }
        }
    }

    private Task<CatchUpPage> ReadPageAsync(long after)
    {
        if (IsHeld) throw new UnavailableException("Feeding: records of this server's storage are being repaired; try again, or follow another server.");
        lock (_lock)
        {
            var head = _log.Head;
            if (_cache.Find(after, head) is { } page) return Task.FromResult(page);
            if (_reading.TryGetValue((after, head.Floor), out var running)) return running;
            var end = _cache.EndOfPageAround(after);
            var reading = Task.Run(() => ReadAndEncodeAsync(after, head.Floor, end), _disposed.Token);
            _reading[(after, head.Floor)] = reading;
            return reading;
        }
    }

    private async Task<CatchUpPage> ReadAndEncodeAsync(long after, long floor, long? end)
    {
        try
        {
            var generation = _tail.Generation;
            var page = CatchUpPage.Encode(after, await _log.ReadPageAsync(after, _options.PageRecords, _options.PageBytes, _disposed.Token), end);
            lock (_lock)
                if (_tail.Generation == generation) _cache.Add(page); // else it may be of a history that has been replaced
            return page;
        }
        finally
        {
            lock (_lock) _reading.Remove((after, floor));
        }
    }

    private void OnCommitted(CommittedTransaction transaction)
    {
        _tail.Append(after => new TailEntry(after, transaction.Records, Issue(transaction.Head), transaction.Head.Floor), transaction.Head.Position.Sequence);
        Wake();
    }

    private Checkpoint Issue(LogHead head) => new(head.Position, head.Count, head.Digest, _time.GetUtcNow(), ReadOnlyMemory<byte>.Empty);

    private void Wake() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private static void Enqueue(Queue<FeedEffect> effects, IReadOnlyList<FeedEffect> more)
    {
        for (var i = 0; i < more.Count; i++) effects.Enqueue(more[i]);
    }
}
