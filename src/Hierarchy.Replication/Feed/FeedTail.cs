using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Feed;

/// <summary>
/// The newest transactions, bounded in bytes and number. Followers that are live read it at their own pace; one whose place has been dropped goes back to catching up from storage, so that a
/// slow follower costs no memory. Safe for concurrent use.
/// </summary>
internal sealed class FeedTail
{
    private readonly Lock _lock = new(); // guards everything below
    private readonly FeedOptions _options;
    private readonly List<TailEntry> _entries = [];
    private int _first;
    private long _bytes;
    private long _end;
    private long _generation;

    public FeedTail(FeedOptions options, long head)
    {
        _options = options;
        _end = head;
    }

    public enum Answer
    {
        /// <summary>The next transaction.</summary>
        Entry = 1,

        /// <summary>Nothing newer yet.</summary>
        Wait = 2,

        /// <summary>The place is no longer, or not any more, part of this tail.</summary>
        Lost = 3,
    }

    /// <summary>Changes when what was published before says nothing about what comes.</summary>
    public long Generation
    {
        get
        {
            lock (_lock) return _generation;
        }
    }

    /// <summary>The head after the last transaction that was published.</summary>
    public long End
    {
        get
        {
            lock (_lock) return _end;
        }
    }

    /// <summary>Adds a transaction, told where the last one ended; what is in the tail already is passed over.</summary>
    public void Append(Func<long, TailEntry> create, long through)
    {
        lock (_lock)
        {
            if (through <= _end) return;
            var entry = create(_end);
            _end = through;
            _entries.Add(entry);
            _bytes += entry.Bytes;
            while (_first < _entries.Count && (_bytes > _options.TailBytes || _entries.Count - _first > _options.TailTransactions))
            {
                _bytes -= _entries[_first].Bytes;
                _entries[_first++] = null!; // dropped; the places before _first are never read
            }

            if (_first > 64 && _first > _entries.Count / 2)
            {
                _entries.RemoveRange(0, _first);
                _first = 0;
            }
        }
    }

    /// <summary>Forgets everything: the log's state was replaced, or moved on by more than a transaction.</summary>
    public void Reset(long head)
    {
        lock (_lock)
        {
            _entries.Clear();
            _first = 0;
            _bytes = 0;
            _end = head;
            _generation++;
        }
    }

    /// <summary>The transaction that follows a place.</summary>
    public Answer Next(long after, long generation, out TailEntry? entry)
    {
        lock (_lock)
        {
            entry = null;
            if (generation != _generation) return Answer.Lost;
            // A follower can be ahead of the tail: it read the head from storage before the writer published it.
            if (after >= _end) return Answer.Wait;
            var index = IndexAfter(after);
            if (index == _entries.Count || _entries[index].After != after) return Answer.Lost;
            entry = _entries[index];
            return Answer.Entry;
        }
    }

    /// <summary>The checkpoint of a position that ends a transaction of the tail.</summary>
    public Checkpoint? CheckpointAt(Position position)
    {
        lock (_lock)
        {
            var index = IndexAfter(position.Sequence - 1);
            return index < _entries.Count && _entries[index].Checkpoint.Position == position ? _entries[index].Checkpoint : null;
        }
    }

    /// <summary>The first entry that ends above a place.</summary>
    private int IndexAfter(long after)
    {
        int low = _first, high = _entries.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_entries[middle].Through <= after) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
