using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>The sessions of a source without threads: a driver asks each call for its next step.</summary>
internal sealed class SimulatedSource
{
    private readonly MemoryLog _log;
    private readonly FeedOptions _options;
    private readonly FeedTail _tail;
    private readonly PageCache _cache;
    private readonly Func<DateTimeOffset> _now;

    public SimulatedSource(MemoryLog log, ServerIdentity self, FeedOptions options, Func<DateTimeOffset> now)
    {
        _log = log;
        _options = options;
        _now = now;
        _tail = new FeedTail(options, log.Head.Position.Sequence);
        _cache = new PageCache(options.CacheBytes);
        Ancestry = [self.Id];
        State = new FeedState(self, log, _tail, CheckpointOf, () => Ancestry) { Newer = () => Newer };
        if (log is IAuthorityLog authority)
        {
            authority.Committed += transaction =>
            {
                _tail.Append(after => new TailEntry(after, transaction.Records, Issue(transaction.Head), transaction.Head.Floor), transaction.Head.Position.Sequence);
                Changed?.Invoke();
            };
        }
    }

    public event Action? Changed;

    public FeedState State { get; }

    public IReadOnlyList<Guid> Ancestry { get; set; }

    /// <summary>The reign that has taken the place of this log's, as far as it is known.</summary>
    public NewerReign? Newer { get; set; }

    public int PagesRead { get; private set; }

    public int PagesFromCache { get; private set; }

    public SimulatedCall Open(FollowerHello hello) => new(this, new FeedSession(State, hello));

    public void Serve(FoldedState state, FeedFrame? frame)
    {
        if (state.Records is null || frame is null)
        {
            _tail.Reset(_log.Head.Position.Sequence);
            _cache.Clear();
        }
        else
        {
            _tail.Append(after => new TailEntry(after, frame, state.Checkpoint), state.Checkpoint.Position.Sequence);
        }

        Changed?.Invoke();
    }

    public CatchUpPage Read(long after)
    {
        if (_cache.Find(after, _log.Head) is { } cached)
        {
            PagesFromCache++;
            return cached;
        }

        PagesRead++;
        var page = CatchUpPage.Encode(after, _log.Image.ReadPage(after, _options.PageRecords, _options.PageBytes), _cache.EndOfPageAround(after));
        _cache.Add(page);
        return page;
    }

    private Checkpoint? CheckpointOf(LogHead head) =>
        _log is IAuthorityLog ? Issue(head)
        : _log is IMirrorLog { Checkpoint: { } checkpoint } && checkpoint.Position == head.Position ? checkpoint
        : _tail.CheckpointAt(head.Position);

    private Checkpoint Issue(LogHead head) => new(head.Position, head.Count, head.Digest, _now(), ReadOnlyMemory<byte>.Empty);
}
