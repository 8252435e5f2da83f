using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Logs;

/// <summary>The log of a simulated root. Opening it begins a new epoch; after a loss, one with a number that no reign since can have reached.</summary>
internal sealed class MemoryAuthorityLog : MemoryLog, IAuthorityLog
{
    private readonly Lock _lock = new(); // orders the writers, and their events

    public MemoryAuthorityLog(LogImage? image = null, Func<Guid>? newId = null, AuthorityStart start = AuthorityStart.Restart, int above = 0) : base(image ?? LogImage.Empty)
    {
        newId ??= Guid.NewGuid;
        if (start == AuthorityStart.Halted)
        {
            Halted = "superseded";
            return;
        }

        var log = Head.Position.Log == LogId.None ? new LogId(newId()) : Head.Position.Log;
        var epoch = Epoch.After(Head, start, above, newId(), ReadOnlyMemory<byte>.Empty);
        if (start == AuthorityStart.AfterLoss)
        {
            var skip = RevisionNumberPayload.Reserve(HighestNumber() + RevisionNumberPayload.Skip);
            Write("drop", Image with { Staging = StagingState.None, Staged = null, Checkpoint = null });
            Opening = Commit([new Change(RecordKinds.Epoch, EpochPayload.Key(epoch.Number), EpochPayload.Write(epoch)), skip], log, epoch);
            return;
        }

        Opening = Commit([new Change(RecordKinds.Epoch, EpochPayload.Key(epoch.Number), EpochPayload.Write(epoch))], log, epoch);
    }

    /// <summary>The transaction that began the epoch; null for one that is halted.</summary>
    public CommittedTransaction? Opening { get; }

    public event Action<CommittedTransaction>? Committed;

    public string? Halted { get; private set; }

    public void Halt(string reason) => Halted = reason;

    public ValueTask<CommittedTransaction> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ThrowIfHalted();
            return ValueTask.FromResult(Commit(changes, Head.Position.Log, Epochs[^1]));
        }
    }

    public ValueTask<int> ReserveRevisionNumbersAsync(int count, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ThrowIfHalted();
            var highest = HighestNumber();
            Commit([RevisionNumberPayload.Reserve(highest + count)], Head.Position.Log, Epochs[^1]);
            return ValueTask.FromResult((int)highest + 1);
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

    private void ThrowIfHalted()
    {
        if (Halted is { } reason) throw new SupersededException(reason);
    }

    private long HighestNumber() => Image.Index.TryGetValue(new RecordKey(RecordKinds.RevisionNumbers, ReadOnlyMemory<byte>.Empty), out var at)
        ? RevisionNumberPayload.Read(Image.Records[at].Payload.GetValueOrDefault().Span)
        : 0;

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
