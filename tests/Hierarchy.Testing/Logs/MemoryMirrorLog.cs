using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Logs;

/// <summary>A simulated mirror, with the semantics of the real one.</summary>
internal sealed class MemoryMirrorLog(LogImage? image = null) : MemoryLog(image ?? LogImage.Empty), IMirrorLog
{
    public StagingState Staging => Image.Staging;

    public Checkpoint? Checkpoint => Image.Checkpoint;

    public ValueTask BeginStagingAsync(StagingMode mode, long sourceFloor, CancellationToken cancellationToken)
    {
        var after = mode == StagingMode.CatchUp ? Head.Position.Sequence : 0;
        Write("begin", Image with { Staging = new StagingState(mode, after, sourceFloor, 0), Staged = Image.Without() });
        return ValueTask.CompletedTask;
    }

    public ValueTask StageAsync(IReadOnlyList<ChangeRecord> records, long through, long sourceHead, CancellationToken cancellationToken)
    {
        if (Staging.Mode == StagingMode.None) throw new InvalidOperationException("A page came before the staging began.");
        CheckOrder(records, Staging.Through, through);
        var staged = records.Aggregate(Image.Staged!, (image, record) => image.Put(Own(record))); // set with the mode
        Write("stage", Image with { Staging = Staging with { Through = through, SourceHead = Math.Max(Staging.SourceHead, sourceHead) }, Staged = staged });
        return ValueTask.CompletedTask;
    }

    public ValueTask<LossPage> ReadLossAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        var head = Head.Position.Sequence;
        if (Staging.Mode != StagingMode.Snapshot || Image.Staged is not { } staged || Head.Position.IsEmpty) return ValueTask.FromResult(new LossPage(head, [], head, IsLast: true));
        var theirs = staged.Records.Values.Where(record => record is { Kind: RecordKinds.Epoch, IsTombstone: false })
            .Select(record => EpochPayload.Read(record.Payload!.Value.Span)).OrderBy(epoch => epoch.Number).ToArray(); // not a tombstone
        var common = EpochHistory.Common(Epochs, head, theirs, Staging.Through);
        var lost = Image.Records.Values.Where(record => record.Sequence > Math.Max(common, after) && !(staged.Records.TryGetValue(record.Sequence, out var other) && IsSame(record, other))).ToArray();
        var page = lost.Take(maxRecords).ToArray();
        return ValueTask.FromResult(new LossPage(common, page, page.Length < lost.Length ? page[^1].Sequence : head, IsLast: page.Length == lost.Length));
    }

    public ValueTask<FoldResult> FoldAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var replaces = Staging.Mode == StagingMode.Snapshot || Head.Position.IsEmpty;
        if (!replaces) CheckForward(checkpoint);
        var image = (Image.Staged ?? Image.Without()).Records.Values.Aggregate(replaces ? Image.Without() : Image, (folded, record) => folded.Put(record));
        var floor = replaces ? Staging.SourceFloor : Math.Max(Head.Floor, Staging.SourceFloor);
        var result = Become(image, checkpoint, floor, "fold");
        if (result != FoldResult.Folded) Write("drop", Image with { Staging = StagingState.None, Staged = null });
        return ValueTask.FromResult(result);
    }

    public ValueTask<FoldResult> ApplyAsync(IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long sourceFloor, CancellationToken cancellationToken)
    {
        CheckForward(checkpoint);
        CheckOrder(records, Head.Position.Sequence, checkpoint.Position.Sequence);
        var image = records.Aggregate(Image, (applied, record) => applied.Put(Own(record)));
        return ValueTask.FromResult(Become(image, checkpoint, Math.Max(Head.Floor, sourceFloor), "apply"));
    }

    public ValueTask RefreshCheckpointAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        if (Checkpoint?.SameStateAs(checkpoint) != true) throw new IntegrityException($"A reissued checkpoint at {checkpoint.Position} names another state.");
        Write("refresh", Image with { Checkpoint = checkpoint });
        return ValueTask.CompletedTask;
    }

    private FoldResult Become(LogImage image, Checkpoint checkpoint, long floor, string what)
    {
        if (image.Count != checkpoint.Count || !checkpoint.Digest.Span.SequenceEqual(image.Digest())) return FoldResult.DigestMismatch;
        var epochs = EpochHistory.Read(
            image.Records.Values.Where(record => record is { Kind: RecordKinds.Epoch, IsTombstone: false }).Select(record => record.Payload!.Value), checkpoint.Position); // not a tombstone
        var head = new LogHead(checkpoint.Position, image.Head.Floor, checkpoint.Count, checkpoint.Digest);
        image = (image with { Head = head, Epochs = epochs, Checkpoint = checkpoint, Staging = StagingState.None, Staged = null }).Compact(Math.Min(floor, checkpoint.Position.Sequence));
        Write(what, image);
        return FoldResult.Folded;
    }

    private void CheckForward(Checkpoint checkpoint)
    {
        if (checkpoint.Position.Log != Head.Position.Log || checkpoint.Position.Sequence < Head.Position.Sequence)
            throw new IntegrityException($"The checkpoint at {checkpoint.Position} does not follow {Head.Position}.");
    }

    private static void CheckOrder(IReadOnlyList<ChangeRecord> records, long after, long through)
    {
        foreach (var record in records)
        {
            if (record.Sequence <= after) throw new IntegrityException($"Record {record.Sequence} came where only records above {after} can.");
            after = record.Sequence;
        }

        if (after > through) throw new IntegrityException($"Record {after} came in what ends at {through}.");
    }

    private static bool IsSame(ChangeRecord one, ChangeRecord other) =>
        one.Kind == other.Kind && one.IsTombstone == other.IsTombstone && one.Key.Span.SequenceEqual(other.Key.Span)
        && one.Payload.GetValueOrDefault().Span.SequenceEqual(other.Payload.GetValueOrDefault().Span);

    // The caller's memory is the caller's.
    private static ChangeRecord Own(ChangeRecord record) => record with { Key = record.Key.ToArray(), Payload = record.Payload is { } payload ? payload.ToArray() : (ReadOnlyMemory<byte>?)null };
}
