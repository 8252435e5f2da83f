using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Position = Hierarchy.Domain.Changes.Position;

namespace Hierarchy.Replication.Digest;

/// <summary>
/// The asked side of one comparison, as a state machine: questions in, effects out, in order. Everything but records is answered from one inventory, so that all answers are of one state; a
/// record that has moved since is left out, because the feed brings it.
/// </summary>
internal sealed class CompareSession(FeedState state)
{
    private const int MaxRecords = 1000;
    private const int MaxKinds = 10_000;
    private const int EntriesAMessage = 5000;

    private Position _position;
    private long _floor;
    private bool _started;
    private LogInventory? _inventory;
    private Dictionary<long, InventoryEntry>? _bySequence;

    /// <summary>The asking side's next question.</summary>
    /// <exception cref="IntegrityException">It may not come now, or is malformed.</exception>
    public IReadOnlyList<CompareEffect> OnRequest(CompareRequest request)
    {
        switch (request.QuestionCase)
        {
            case CompareRequest.QuestionOneofCase.Started when !_started:
                return Start(request.Started);
            case CompareRequest.QuestionOneofCase.Buckets when _inventory is not null:
                return [Buckets(request.Buckets)];
            case CompareRequest.QuestionOneofCase.Entries when _inventory is not null:
                return Entries(request.Entries);
            case CompareRequest.QuestionOneofCase.Records when _inventory is not null:
                return [Records(request.Records)];
            case CompareRequest.QuestionOneofCase.None:
                throw new IntegrityException("Comparing: a question that this version does not know; update this server, or let the other one take a snapshot.");
            default:
                throw new IntegrityException($"Comparing: the question `{request.QuestionCase}` came out of turn.");
        }
    }

    /// <summary>The inventory that was asked for.</summary>
    public IReadOnlyList<CompareEffect> OnInventory(LogInventory inventory)
    {
        if (!inventory.IsSound)
        {
            var reason = $"The records of this server do not equal its own checkpoint at {inventory.Head.Position}; compare with the server above it.";
            return [new CompareEffect.Rotten(reason), new CompareEffect.End()];
        }

        // A mirror has the checkpoint of the newest state alone: when it has moved on since, it looks again.
        if (state.CheckpointOf(inventory.Head) is not { } checkpoint) return [new CompareEffect.TakeInventory()];
        _inventory = inventory;
        _floor = Math.Max(_floor, inventory.Head.Floor);
        var kinds = new KindDigests { Checkpoint = checkpoint.ToProto(), Floor = _floor };
        foreach (var kind in inventory.Kinds)
            if (kind.Tell(_floor) is { } told)
                kinds.Kinds.Add(told);
        return [new CompareEffect.Send(new CompareResponse { Kinds = kinds })];
    }

    /// <summary>The records that were asked for; those that are gone are missing.</summary>
    public IReadOnlyList<CompareEffect> OnFound(IReadOnlyList<ChangeRecord> found)
    {
        var records = found.Where(record => _bySequence!.ContainsKey(record.Sequence)).OrderBy(record => record.Sequence).ToArray(); // asked for by sequence
        var plain = new byte[RecordBatches.Measure(records)];
        RecordBatches.Write(records, plain);
        var batch = new EncodedBatch { Encoding = Encoding.Identity, Size = plain.Length, Data = UnsafeByteOperations.UnsafeWrap(plain) };
        return [new CompareEffect.Send(new CompareResponse { Records = new ComparedRecords { Batch = batch, HeadSequence = state.Log.Head.Position.Sequence } })];
    }

    private IReadOnlyList<CompareEffect> Start(CompareStarted started)
    {
        _started = true;
        _position = started.Position.ToDomain();
        _floor = Math.Max(0, started.Floor);
        var (head, epochs) = state.Look();
        switch (head.Position.IsEmpty ? PositionStanding.Behind : EpochHistory.Locate(epochs, head, _position))
        {
            case PositionStanding.Behind:
                return [new CompareEffect.Send(new CompareResponse { Behind = new Behind { Head = head.Position.ToProto() } }), new CompareEffect.End()];
            case PositionStanding.Diverged:
                var diverged = new Diverged { Head = head.Position.ToProto(), Reason = $"Position {_position} of log {_position.Log} is not in the history of log {head.Position.Log}, whose head is {head.Position}." };
                return [new CompareEffect.Send(new CompareResponse { Diverged = diverged }), new CompareEffect.End()];
            default:
                return [new CompareEffect.TakeInventory()];
        }
    }

    private CompareEffect.Send Buckets(CompareBuckets question)
    {
        if (question.Kinds.Count > MaxKinds) throw new IntegrityException($"Comparing: {question.Kinds.Count} kinds in one question, and {MaxKinds} is the limit.");
        var answer = new KeyBuckets();
        foreach (var kind in question.Kinds)
            answer.Kinds.Add(new KindBuckets { Kind = kind, Fingerprints = UnsafeByteOperations.UnsafeWrap(Find(kind).TellBuckets(_floor)) });
        return new CompareEffect.Send(new CompareResponse { Buckets = answer });
    }

    private List<CompareEffect> Entries(CompareEntries question)
    {
        if (question.Selections.Count > MaxKinds) throw new IntegrityException($"Comparing: {question.Selections.Count} kinds in one question, and {MaxKinds} is the limit.");
        var effects = new List<CompareEffect>();
        var answer = new Entries();
        foreach (var selection in question.Selections)
        {
            var buckets = Find(selection.Kind).ByBucket(_floor);
            foreach (var entry in selection.Buckets.ToByteArray().Distinct().SelectMany(bucket => buckets[bucket]))
            {
                if (answer.Entries_.Count == EntriesAMessage)
                {
                    effects.Add(new CompareEffect.Send(new CompareResponse { Entries = answer }));
                    answer = new Entries();
                }

                answer.Entries_.Add(new Entry
                {
                    Sequence = entry.Sequence, Kind = entry.Kind, Key = UnsafeByteOperations.UnsafeWrap(entry.Key), PayloadHash = UnsafeByteOperations.UnsafeWrap(entry.PayloadHash), Size = entry.Size,
                });
            }
        }

        answer.Last = true;
        effects.Add(new CompareEffect.Send(new CompareResponse { Entries = answer }));
        return effects;
    }

    private CompareEffect.Find Records(CompareRecords question)
    {
        if (question.Sequences.Count > MaxRecords) throw new IntegrityException($"Comparing: {question.Sequences.Count} records in one question, and {MaxRecords} is the limit.");
        _bySequence ??= _inventory!.BySequence(); // a question about records comes after the inventory
        return new CompareEffect.Find(question.Sequences.Select(sequence => _bySequence.GetValueOrDefault(sequence)
            ?? throw new IntegrityException($"Comparing: no entry has sequence {sequence}.")).ToArray());
    }

    private KindInventory Find(int kind) =>
        _inventory!.Kinds.FirstOrDefault(found => found.Kind == kind) ?? new KindInventory(kind, [], 0, ReadOnlyMemory<byte>.Empty); // a question about kinds comes after the inventory
}
