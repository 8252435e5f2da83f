using System.Security.Cryptography;
using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Wire;
using Checkpoint = Hierarchy.Domain.Changes.Checkpoint;
using Position = Hierarchy.Domain.Changes.Position;

namespace Hierarchy.Replication.Repair;

/// <summary>
/// The asking side of a repair, as a state machine: finds by kind, bucket and entry which records differ from a source's, fetches those alone, and fills a snapshot's staging from its own sound
/// rows and the fetched ones. The live state is not touched: the feed goes on from that staging, and its fold proves the whole against a checkpoint.
/// </summary>
/// <remarks>
/// The source may move on meanwhile. What moved above the compared state is missing in what it sends, and is exactly what the feed's next pages hold: so the staging stands as if it had been
/// taken page by page as far as the compared state. An <see cref="IntegrityException"/> means that the source contradicts itself: the driver ends with <see cref="RepairOutcome.SourceWrong"/>.
/// </remarks>
internal sealed class RepairMachine(ServerIdentity self, Checkpoint live, long floor, bool isThorough, Func<IDigestSum> newSum)
{
    private const long AlwaysWorthFetching = 1024 * 1024;
    private const int MaxEntries = 10_000_000;

    private readonly List<InventoryEntry> _theirs = [];
    private Dictionary<int, List<InventoryEntry>[]> _ownBuckets = [];
    private Dictionary<int, byte[]> _selected = [];
    private Dictionary<long, InventoryEntry> _chunk = [];
    private LogInventory? _own;
    private RepairPlan? _plan;
    private Step _step = Step.Kinds;
    private Position _position;
    private long _floor = floor;
    private long _bytes;
    private long _sourceHead;
    private long _fetched;

    private enum Step
    {
        Kinds = 1,
        Buckets = 2,
        Entries = 3,
        Records = 4,
        Merging = 5,
    }

    /// <summary>The repair begins.</summary>
    public IReadOnlyList<RepairEffect> Start()
    {
        var started = new CompareStarted { ServerId = Positions.Id(self.Id), ServerName = self.Name, Position = live.Position.ToProto(), Floor = _floor };
        return [new RepairEffect.Ask(new CompareRequest { Started = started }), new RepairEffect.TakeInventory()];
    }

    /// <summary>What this server's own rows hold.</summary>
    public IReadOnlyList<RepairEffect> OnInventory(LogInventory own)
    {
        _own = own;
        return [];
    }

    /// <summary>The source answers.</summary>
    /// <exception cref="IntegrityException">What it says is wrong.</exception>
    public IReadOnlyList<RepairEffect> OnAnswer(CompareResponse response) => (response.AnswerCase, _step) switch
    {
        (CompareResponse.AnswerOneofCase.Kinds, Step.Kinds) => OnKinds(response.Kinds),
        (CompareResponse.AnswerOneofCase.Behind, Step.Kinds) => Finish(new RepairOutcome.Behind($"it is at {response.Behind.Head.ToDomain()}, behind this server at {live.Position}.")),
        (CompareResponse.AnswerOneofCase.Diverged, Step.Kinds) => Finish(new RepairOutcome.OtherHistory()),
        (CompareResponse.AnswerOneofCase.Buckets, Step.Buckets) => OnBuckets(response.Buckets),
        (CompareResponse.AnswerOneofCase.Entries, Step.Entries) => OnEntries(response.Entries),
        (CompareResponse.AnswerOneofCase.Records, Step.Records) => OnRecords(response.Records),
        (CompareResponse.AnswerOneofCase.None, _) => Finish(new RepairOutcome.TakeSnapshot("it compares in a way that this version does not know.")),
        _ => throw Wrong($"answered `{response.AnswerCase}` out of turn"),
    };

    /// <summary>This server's own records after the place that was asked for.</summary>
    public IReadOnlyList<RepairEffect> OnOwnPage(LogPage page)
    {
        var plan = _plan!; // made before the first own page is asked for
        var records = plan.Merge(page);
        return [new RepairEffect.Stage(records, plan.Through, _sourceHead), .. GoOn(plan)];
    }

    private RepairEffect[] OnKinds(KindDigests kinds)
    {
        var checkpoint = kinds.Checkpoint.ToDomain();
        _position = checkpoint.Position;
        if (_position.Log != live.Position.Log) return Finish(new RepairOutcome.OtherHistory());
        if (_position.Epoch < live.Position.Epoch || _position.Sequence < live.Position.Sequence)
            return Finish(new RepairOutcome.Behind($"it is at {_position}, behind this server at {live.Position}."));
        if (kinds.Floor < _floor || kinds.Floor > _position.Sequence) throw Wrong($"compares above floor {kinds.Floor} at {_position}");
        CheckSum(kinds, checkpoint);
        _floor = kinds.Floor;
        _sourceHead = _position.Sequence;
        _bytes = kinds.Kinds.Sum(kind => kind.Bytes);

        var own = _own!; // taken before the first answer is heard
        if (!isThorough && own.IsSound && own.Head.Position == live.Position && (_position != live.Position || checkpoint.SameStateAs(live)))
            return Finish(new RepairOutcome.Sound());

        var ours = own.Kinds.Select(kind => kind.Tell(_floor)).Where(kind => kind is not null).ToDictionary(kind => kind!.Kind, kind => kind!); // nulls are left out
        var theirs = kinds.Kinds.ToDictionary(kind => kind.Kind);
        var different = ours.Keys.Union(theirs.Keys).Order()
            .Where(kind => !ours.TryGetValue(kind, out var mine) || !theirs.TryGetValue(kind, out var its) || mine.Count != its.Count || mine.Tombstones != its.Tombstones || mine.Fingerprint != its.Fingerprint)
            .ToArray();
        if (different.Length == 0) return Plan([]);
        _ownBuckets = different.ToDictionary(kind => kind, kind => (own.Kinds.FirstOrDefault(found => found.Kind == kind) ?? new KindInventory(kind, [], 0, default)).ByBucket(_floor));
        _step = Step.Buckets;
        return [new RepairEffect.Ask(new CompareRequest { Buckets = new CompareBuckets { Kinds = { different } } })];
    }

    private RepairEffect[] OnBuckets(KeyBuckets answer)
    {
        if (!answer.Kinds.Select(kind => kind.Kind).SequenceEqual(_ownBuckets.Keys)) throw Wrong("answered with the buckets of other kinds");
        var question = new CompareEntries();
        foreach (var kind in answer.Kinds)
        {
            if (kind.Fingerprints.Length != KindInventory.Buckets * Fingerprint.Size) throw Wrong($"sends {kind.Fingerprints.Length} bytes of fingerprints for a kind");
            var mine = KindInventory.Fingerprints(_ownBuckets[kind.Kind]);
            var different = Enumerable.Range(0, KindInventory.Buckets)
                .Where(i => !kind.Fingerprints.Span.Slice(i * Fingerprint.Size, Fingerprint.Size).SequenceEqual(mine.AsSpan(i * Fingerprint.Size, Fingerprint.Size)))
                .Select(i => (byte)i).ToArray();
            _selected[kind.Kind] = different;
            if (different.Length > 0) question.Selections.Add(new KindSelection { Kind = kind.Kind, Buckets = UnsafeByteOperations.UnsafeWrap(different) });
        }

        if (question.Selections.Count == 0) throw Wrong("says that kinds differ and that all their buckets are equal");
        _step = Step.Entries;
        return [new RepairEffect.Ask(new CompareRequest { Entries = question })];
    }

    private RepairEffect[] OnEntries(Entries answer)
    {
        foreach (var entry in answer.Entries_)
        {
            var theirs = new InventoryEntry(entry.Sequence, entry.Kind, entry.Key.Memory, entry.PayloadHash.Memory, entry.Size);
            if (entry.Sequence < 1 || entry.Sequence > _position.Sequence || entry.Size < 0 || entry.PayloadHash.Length is not (0 or SHA256.HashSizeInBytes) || _theirs.Count == MaxEntries
                || !_selected.TryGetValue(entry.Kind, out var buckets) || !buckets.Contains(theirs.Bucket))
                throw Wrong($"sends the entry {entry.Sequence} of kind {entry.Kind}, which cannot be");
            _theirs.Add(theirs);
        }

        return answer.Last ? Plan(_theirs) : [];
    }

    private RepairEffect[] OnRecords(ComparedRecords answer)
    {
        if (answer.Batch is null) throw Wrong("sends records without a batch");
        var records = RecordBatches.Read(RecordBatches.Decode(new RecordBatches.Encoded(answer.Batch.Encoding, answer.Batch.Size, answer.Batch.Data.Memory)));
        foreach (var record in records)
            if (!_chunk.TryGetValue(record.Sequence, out var entry) || !entry.Equals(InventoryEntry.Of(record)))
                throw Wrong($"sends another record {record.Sequence} than its own entry says");
        var plan = _plan!; // records are asked for by the plan
        _fetched += records.Length;
        _sourceHead = Math.Max(_sourceHead, answer.HeadSequence);
        plan.Take(records);
        return GoOn(plan);
    }

    // What is equal by its fingerprint stays; of the rest, what the source has too stays, the other goes, and what is missing is fetched.
    private RepairEffect[] Plan(List<InventoryEntry> theirs)
    {
        var mine = _selected.SelectMany(kind => kind.Value.SelectMany(bucket => _ownBuckets[kind.Key][bucket])).ToDictionary(entry => entry.Sequence);
        var wanted = theirs.Where(entry => !mine.Remove(entry.Sequence, out var own) || !own.Equals(entry)).ToArray();
        // An own row in the way of a wanted one goes, in whatever kind or bucket it is.
        var dropped = mine.Keys.Concat(wanted.Select(entry => entry.Sequence)).ToHashSet();
        var bytes = wanted.Sum(entry => (long)entry.Size);
        if (bytes > AlwaysWorthFetching && bytes * 2 > _bytes)
            return Finish(new RepairOutcome.TakeSnapshot($"{wanted.Length} records of {bytes} bytes differ, of {_bytes} bytes in all."));
        _plan = new RepairPlan(wanted, dropped, _floor, _position.Sequence);
        return [new RepairEffect.BeginStaging(_floor), .. GoOn(_plan)];
    }

    private RepairEffect[] GoOn(RepairPlan plan)
    {
        if (plan.WantsOwn)
        {
            _step = Step.Merging;
            return [new RepairEffect.ReadOwn(plan.Through)];
        }

        if (plan.IsDone) return Finish(new RepairOutcome.Staged(plan.Through, _floor, _sourceHead, _fetched, plan.Dropped));
        var chunk = plan.NextChunk();
        if (chunk.Count == 0) return GoOn(plan);
        _chunk = chunk.ToDictionary(entry => entry.Sequence);
        _step = Step.Records;
        return [new RepairEffect.Ask(new CompareRequest { Records = new CompareRecords { Sequences = { chunk.Select(entry => entry.Sequence) } } })];
    }

    private void CheckSum(KindDigests kinds, Checkpoint checkpoint)
    {
        var sum = newSum();
        var (count, last) = (0L, 0);
        foreach (var kind in kinds.Kinds)
        {
            if (kind.Kind <= last || kind.Count < 0 || kind.Bytes < 0 || kind.Digest.Length != checkpoint.Digest.Length) throw Wrong($"tells of kind {kind.Kind} what cannot be");
            last = kind.Kind;
            count += kind.Count;
            sum.Add(kind.Digest.Span);
        }

        if (count != checkpoint.Count || !sum.ToBytes().AsSpan().SequenceEqual(checkpoint.Digest.Span)) throw Wrong($"says of its kinds what does not add up to its checkpoint at {checkpoint.Position}");
    }

    private static RepairEffect[] Finish(RepairOutcome outcome) => [new RepairEffect.Finish(outcome)];

    private static IntegrityException Wrong(string what) => new($"the parent {what}; nothing of it was taken.");
}
