using Hierarchy.Domain.Changes;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// Knows every state that an authority ever had, everything that one committed, and where histories were lost. So it can say whether a state may be served, and what the surviving history must hold in the
/// end: every acknowledged decision that no loss explains, once, and nothing else.
/// </summary>
internal sealed class HistoryOracle(VirtualWorld world)
{
    private readonly Dictionary<Position, (long Count, byte[] Digest)> _states = [];
    private readonly List<Written> _written = [];
    private readonly List<(IReadOnlyList<Epoch> Epochs, LogHead Head)> _losses = [];
    private readonly Dictionary<SimulatedServer, bool> _readOnly = []; // true: it stands on the disk

    /// <summary>Acknowledged transactions.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Acknowledged transactions that a restore or a promotion took, as its operator was told.</summary>
    public int LostWithHistory { get; private set; }

    /// <summary>States that were served.</summary>
    public int Served { get; private set; }

    /// <summary>True when a reign of that number or a higher one is not this one.</summary>
    public bool HasRival(Position head) => _states.Keys.Any(position => position.Epoch > head.Epoch || (position.Epoch == head.Epoch && position.EpochId != head.EpochId));

    /// <summary>A part of the history is lost: an authority goes on from this.</summary>
    public bool HasLosses => _losses.Count > 0;

    /// <summary>Of all reigns that ever were.</summary>
    public int HighestEpoch => _states.Keys.Max(position => position.Epoch);

    /// <summary>An authority goes on from an older state.</summary>
    public void OnLoss(LogImage from) => _losses.Add((from.Epochs, from.Head));

    /// <summary>An authority came back from a backup: what it had decided since is gone, and its operator was told, or told nobody.</summary>
    public void OnRestored(SimulatedServer server, LogImage backup)
    {
        OnLoss(backup);
        foreach (var written in _written)
            if (written.By == server && !IsIn(backup.Epochs, backup.Head, written.Position))
                written.By = null;
    }

    /// <summary>A root decides nothing from now on; when that is on its disk, after restarts as well.</summary>
    public void OnReadOnly(SimulatedServer root, bool isKept) => _readOnly[root] = isKept;

    /// <summary>An operator has put other files in its place, with such a mark or without, or made it the root or a replica.</summary>
    public void OnUnmarked(SimulatedServer server, bool isReadOnly)
    {
        if (isReadOnly) _readOnly[server] = true;
        else _readOnly.Remove(server);
    }

    /// <summary>A root died: what it knew and had not written, it does not know any more.</summary>
    public void OnForgotten(SimulatedServer root)
    {
        if (_readOnly.TryGetValue(root, out var isKept) && !isKept) _readOnly.Remove(root);
    }

    /// <summary>A root writes something.</summary>
    public void CheckMayDecide(SimulatedServer root, Position position)
    {
        if (_readOnly.ContainsKey(root)) throw Failed($"{root.Self.Name} decides {position}, and knew that another reign has the log.");
    }

    /// <summary>A root that has heard of a reign above its own, or of another one with its number, has stopped deciding.</summary>
    public void CheckStanding(string root, IAuthorityLog log, Position reign)
    {
        var own = log.Head.Position;
        var isLower = reign.Log != own.Log || reign.Epoch < own.Epoch || (reign.Epoch == own.Epoch && reign.EpochId == own.EpochId);
        if (!isLower && log.Halted is null) throw Failed($"{root} reigns at {own}, has heard of {reign}, and decides on.");
    }

    /// <summary>A transaction is durable at an authority.</summary>
    public void OnDurable(CommittedTransaction transaction)
    {
        _states[transaction.Head.Position] = (transaction.Head.Count, transaction.Head.Digest.ToArray());
        _written.Add(new Written(transaction.Head.Position, transaction.Records));
    }

    /// <summary>The one who decided has the answer.</summary>
    public void OnAcknowledged(SimulatedServer by, CommittedTransaction transaction)
    {
        Acknowledged++;
        for (var i = _written.Count - 1; i >= 0; i--)
        {
            if (_written[i].Position != transaction.Head.Position) continue;
            _written[i].IsAcknowledged = true;
            _written[i].By = by;
            return;
        }
    }

    /// <summary>An authority died; what it had written and told nobody counts as durable from now on.</summary>
    public void OnDied(LogImage image)
    {
        if (_states.ContainsKey(image.Head.Position)) return;
        var known = _written.Where(written => IsIn(image.Epochs, image.Head, written.Position)).Select(written => written.Position.Sequence).DefaultIfEmpty(0).Max();
        OnDurable(new CommittedTransaction([.. image.Records.Values.Where(record => record.Sequence > known)], image.Head));
    }

    /// <summary>A server serves a state.</summary>
    public void CheckServed(string server, Checkpoint checkpoint, LogImage image)
    {
        Served++;
        world.Note(checkpoint.Position.Sequence);
        world.Note(checkpoint.Digest.Span[..32]);
        if (!_states.TryGetValue(checkpoint.Position, out var state))
            throw Failed($"{server} serves {checkpoint.Position}, which no root ever had.");
        if (state.Count != checkpoint.Count || !checkpoint.Digest.Span.SequenceEqual(state.Digest) || !state.Digest.AsSpan().SequenceEqual(image.Digest()))
            throw Failed($"{server} serves another state at {checkpoint.Position} than the root had.");
    }

    /// <summary>What was served, or taken over by a client, comes after what was there before.</summary>
    public void CheckForward(string who, Position before, Position now)
    {
        if (before.IsEmpty || now == before) return;
        if (now.Log == before.Log && (now.Epoch > before.Epoch || (now.Epoch == before.Epoch && now.EpochId == before.EpochId && now.Sequence >= before.Sequence))) return;
        throw Failed($"{who} went from {before} ({before.EpochId:N}) to {now} ({now.EpochId:N}).");
    }

    /// <summary>The surviving history, at the end.</summary>
    public void CheckSurvivor(LogImage image)
    {
        var expected = new Dictionary<RecordKey, ChangeRecord>();
        var survived = _written.Where(written => IsIn(image.Epochs, image.Head, written.Position)).SelectMany(written => written.Records).ToDictionary(record => record.Sequence);
        foreach (var written in _written.OrderBy(written => written.Position.Sequence))
        {
            if (IsIn(image.Epochs, image.Head, written.Position))
            {
                foreach (var record in written.Records) expected[new RecordKey(record.Kind, record.Key)] = record;
            }
            else if (written.IsAcknowledged)
            {
                if (_losses.TrueForAll(loss => IsIn(loss.Epochs, loss.Head, written.Position)))
                    throw Failed($"the decision acknowledged at {written.Position} is not in the surviving history, and no loss explains it.");
                CheckListed(written, survived);
                LostWithHistory++;
            }
        }

        var live = expected.Where(pair => !pair.Value.IsTombstone).ToList();
        if (live.Count != image.Count) throw Failed($"the surviving root holds {image.Count} records; {live.Count} were written and not deleted.");
        foreach (var (key, record) in live)
        {
            var held = image.Index.TryGetValue(key, out var at) ? image.Records[at] : (ChangeRecord?)null;
            if (held?.Sequence != record.Sequence || !held.Value.Payload.GetValueOrDefault().Span.SequenceEqual(record.Payload.GetValueOrDefault().Span))
                throw Failed($"the surviving root holds {held?.Sequence.ToString() ?? "nothing"} for key {key.Key} of kind {key.Kind}; sequence {record.Sequence} was written last.");
        }
    }

    /// <summary>Whether two records say the same at the same place.</summary>
    public static bool IsSame(ChangeRecord one, ChangeRecord other) =>
        one.Sequence == other.Sequence && one.Kind == other.Kind && one.IsTombstone == other.IsTombstone && one.Key.Span.SequenceEqual(other.Key.Span)
        && one.Payload.GetValueOrDefault().Span.SequenceEqual(other.Payload.GetValueOrDefault().Span);

    /// <summary>
    /// Who decided it has ceded to another root and lists it, or what it said later about the same key. Excepted is what it had deleted, and forgotten that it did, and a last word that the surviving
    /// history says as well, at the same sequence: two roots that go on from one place can happen to delete the same key there, and nothing of that is lost.
    /// </summary>
    private void CheckListed(Written written, Dictionary<long, ChangeRecord> survived)
    {
        if (written.By is not { } by) return;
        if (by.Ceded is not { } ceded) throw Failed($"the decision acknowledged at {written.Position} is not in the surviving history, and {by.Self.Name}, which made it, was neither taken back nor replaced.");
        foreach (var record in written.Records)
        {
            if (!ceded.Index.TryGetValue(new RecordKey(record.Kind, record.Key), out var at)) continue;
            if (survived.TryGetValue(at, out var other) && IsSame(ceded.Records[at], other)) continue;
            if (!by.Losses.Lists(record)) throw Failed($"the decision acknowledged at {written.Position} is not in the surviving history, and {by.Self.Name} does not list it among what is lost.");
        }
    }

    private SimulationFailedException Failed(string what) => new(world.Seed, what);

    private static bool IsIn(IReadOnlyList<Epoch> epochs, LogHead head, Position position) =>
        EpochHistory.Locate(epochs, head, position) is PositionStanding.Valid or PositionStanding.BelowFloor;

    private sealed class Written(Position position, IReadOnlyList<ChangeRecord> records)
    {
        public Position Position => position;

        public IReadOnlyList<ChangeRecord> Records => records;

        public bool IsAcknowledged { get; set; }

        /// <summary>Who decided it and has it still, or lists it; null after a restore.</summary>
        public SimulatedServer? By { get; set; }
    }
}
