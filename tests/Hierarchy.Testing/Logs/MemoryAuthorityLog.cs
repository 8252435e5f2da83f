using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Logs;

/// <summary>The log of a simulated root. Opening it begins a new epoch.</summary>
internal sealed class MemoryAuthorityLog : MemoryLog, IAuthorityLog
{
    private readonly Lock _lock = new(); // orders the writers, and their events

    public MemoryAuthorityLog(LogImage? image = null, Func<Guid>? newId = null) : base(image ?? LogImage.Empty)
    {
        newId ??= Guid.NewGuid;
        var last = Epochs.Count == 0 ? null : Epochs[^1];
        var log = Head.Position.Log == LogId.None ? new LogId(newId()) : Head.Position.Log;
        var epoch = new Epoch((last?.Number ?? 0) + 1, newId(), last?.Id ?? Guid.Empty, Head.Position.Sequence + 1, ReadOnlyMemory<byte>.Empty);
        Commit([new Change(RecordKinds.Epoch, EpochPayload.Key(epoch.Number), EpochPayload.Write(epoch))], log, epoch);
    }

    public event Action<CommittedTransaction>? Committed;

    public ValueTask<CommittedTransaction> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        lock (_lock) return ValueTask.FromResult(Commit(changes, Head.Position.Log, Epochs[^1]));
    }

    public ValueTask<int> ReserveRevisionNumbersAsync(int count, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var first = Image.Numbers;
            Write("reserve", Image with { Numbers = first + count });
            return ValueTask.FromResult(first);
        }
    }

    public ValueTask CompactAsync(long floor, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (floor > Head.Position.Sequence) throw new UnavailableException("Compacting: the floor cannot lie above the head.");
            if (floor > Head.Floor) Write("compact", Image.Compact(floor));
        }

        return ValueTask.CompletedTask;
    }

    private CommittedTransaction Commit(IReadOnlyList<Change> changes, LogId log, Epoch epoch)
    {
        var image = Image;
        var records = new List<ChangeRecord>();
        var sequence = Head.Position.Sequence;
        foreach (var change in changes)
        {
            var before = image.Index.TryGetValue(new RecordKey(change.Kind, change.Key), out var at) ? image.Records[at] : (ChangeRecord?)null;
            if (change.Payload is { } payload ? before?.Payload is { } old && old.Span.SequenceEqual(payload.Span) : before is null or { IsTombstone: true }) continue;
            var record = new ChangeRecord(++sequence, change.Kind, change.Key, change.Payload);
            image = image.Put(record);
            records.RemoveAll(earlier => earlier.Kind == record.Kind && earlier.Key.Span.SequenceEqual(record.Key.Span));
            records.Add(record);
        }

        if (records.Count == 0) return new CommittedTransaction([], Head);
        var epochs = epoch == (Epochs.Count == 0 ? null : Epochs[^1]) ? Epochs : [.. Epochs, epoch];
        var head = new LogHead(new Position(log, epoch.Number, epoch.Id, sequence), Head.Floor, image.Count, image.Digest());
        Write("commit", image with { Head = head, Epochs = epochs });
        var transaction = new CommittedTransaction(records, head);
        Committed?.Invoke(transaction);
        return transaction;
    }
}
