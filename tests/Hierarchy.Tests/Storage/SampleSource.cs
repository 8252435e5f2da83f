using Hierarchy.Domain.Changes;

namespace Hierarchy.Tests.Storage;

/// <summary>An authority in memory, as plain as possible: what a mirror is held against.</summary>
internal sealed class SampleSource
{
    private readonly SortedDictionary<long, ChangeRecord> _records = [];
    private readonly List<Epoch> _epochs = [];
    private readonly LogDigest _digest = new();
    private readonly LogId _log;
    private long _sequence;

    public SampleSource()
    {
        _log = new LogId(Guid.NewGuid());
        BeginEpoch();
    }

    private SampleSource(SampleSource other)
    {
        _log = other._log;
        _epochs.AddRange(other._epochs);
        foreach (var (sequence, record) in other._records)
            _records[sequence] = record;
        _digest = new LogDigest(other._digest.ToBytes());
        _sequence = other._sequence;
    }

    /// <summary>The same log, and from here on another history.</summary>
    public SampleSource Fork() => new(this);

    public IReadOnlyList<Epoch> Epochs => _epochs;

    public LogHead Head => new(EpochHistory.At(_epochs, _log, _sequence), 0, _records.Values.Count(record => !record.IsTombstone), _digest.ToBytes());

    public void BeginEpoch()
    {
        var epoch = new Epoch(_epochs.Count + 1, Guid.NewGuid(), _epochs.Count == 0 ? Guid.Empty : _epochs[^1].Id, _sequence + 1, default);
        _epochs.Add(epoch);
        Commit(new Change(RecordKinds.Epoch, EpochPayload.Key(epoch.Number), EpochPayload.Write(epoch)));
    }

    public void Commit(params Change[] changes)
    {
        foreach (var change in changes)
        {
            foreach (var old in _records.Values.Where(record => record.Kind == change.Kind && record.Key.Span.SequenceEqual(change.Key.Span)).ToArray())
            {
                _records.Remove(old.Sequence);
                _digest.Subtract(old);
            }

            _sequence++;
            _records[_sequence] = new ChangeRecord(_sequence, change.Kind, change.Key, change.Payload);
            _digest.Add(_records[_sequence]);
        }
    }

    public ChangeRecord[] After(long sequence) => [.. _records.Values.Where(record => record.Sequence > sequence)];

    public Checkpoint Checkpoint() => new(Head.Position, Head.Count, Head.Digest, DateTimeOffset.UnixEpoch.AddDays(1), default);
}
