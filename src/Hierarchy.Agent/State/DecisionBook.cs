using System.Buffers.Binary;
using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Agent.State;

/// <summary>
/// The decisions that the agent holds, with the position that they stand for: a snapshot and the batches after it, in one file. Every frame is a whole state change with its
/// position, so any prefix of the file is a state that was true once, and the next sync goes on from there.
/// </summary>
internal sealed class DecisionBook : IDisposable
{
    private const byte SnapshotFrame = 1;
    private const byte BatchFrame = 2;
    private const int CompactAbove = 1024 * 1024;

    private readonly string _path;
    private readonly Dictionary<int, ClientDecision> _decisions = [];
    private FrameFile _file;
    private long _snapshotLength;

    private DecisionBook(string path)
    {
        _path = path;
        _file = FrameFile.Open(path, Load);
    }

    /// <summary>Where the decisions stand; null for nothing.</summary>
    internal Position? Position { get; private set; }

    /// <summary>Where they stand in the log of the autonomous server that they come from; null where they come from the tree's.</summary>
    internal Position? OverlayPosition { get; private set; }

    internal ByteString ScopeHash { get; private set; } = ByteString.Empty;

    internal IReadOnlyDictionary<int, ClientDecision> Decisions => _decisions;

    /// <summary>`sequence@epoch`; with an overlay, two of them with a plus sign between.</summary>
    internal string PositionText => Text(Position, OverlayPosition);

    internal static DecisionBook Open(StateFolder folder) => new(folder.Combine("decisions.log"));

    internal static string Text(Position? position, Position? overlay = null) => position is null ? "nothing"
        : overlay is null ? $"{position.Sequence}@{position.Epoch}"
        : $"{position.Sequence}@{position.Epoch}+{overlay.Sequence}@{overlay.Epoch}";

    /// <summary>Takes a whole set in place of what there was. Durable when it returns.</summary>
    internal void Replace(IEnumerable<ClientDecision> decisions, Position position, ByteString scopeHash, Position? overlay = null)
    {
        _decisions.Clear();
        foreach (var decision in decisions) _decisions[decision.Number] = decision;
        (Position, OverlayPosition) = (position, overlay);
        ScopeHash = scopeHash;
        WriteSnapshot();
    }

    /// <summary>Takes changes. Durable when it returns.</summary>
    internal void Apply(IReadOnlyCollection<ClientDecision> decisions, IReadOnlyCollection<int> withdrawn, Position position, ByteString scopeHash, Position? overlay = null)
    {
        Change(decisions, withdrawn);
        (Position, OverlayPosition) = (position, overlay);
        ScopeHash = scopeHash;
        if (_file.Length - _snapshotLength > Math.Max(CompactAbove, _snapshotLength))
        {
            WriteSnapshot();
            return;
        }

        _file.Append(Encode(BatchFrame, decisions, withdrawn));
        _file.Flush();
    }

    /// <summary>The log went on without anything for this computer. Not written: an older position is as good, and the next change brings a newer one.</summary>
    internal void Advance(Position position, Position? overlay = null) => (Position, OverlayPosition) = (position, overlay);

    public void Dispose() => _file.Dispose();

    private void Change(IEnumerable<ClientDecision> decisions, IEnumerable<int> withdrawn)
    {
        foreach (var number in withdrawn) _decisions.Remove(number);
        foreach (var decision in decisions) _decisions[decision.Number] = decision;
    }

    private void WriteSnapshot()
    {
        var partial = _path + AtomicFile.PartialSuffix;
        File.Delete(partial);
        using (var file = FrameFile.Open(partial, (_, _) => true))
        {
            file.Append(Encode(SnapshotFrame, _decisions.Values, []));
            file.Flush();
        }

        _file.Dispose();
        File.Move(partial, _path, overwrite: true);
        _file = FrameFile.Open(_path, (_, _) => true);
        _snapshotLength = _file.Length;
    }

    private byte[] Encode(byte kind, IEnumerable<ClientDecision> decisions, IEnumerable<int> withdrawn)
    {
        // The position is kept, the digest of the checkpoint is not: it is the servers' business.
        var batch = new DecisionBatch { Checkpoint = new Checkpoint { Position = Position } };
        if (OverlayPosition is not null) batch.OverlayCheckpoint = new Checkpoint { Position = OverlayPosition };
        batch.Decisions.Add(decisions.Select(decision => decision.ToWire()));
        batch.Withdrawn.Add(withdrawn);
        var frame = new byte[1 + 2 + ScopeHash.Length + batch.CalculateSize()];
        frame[0] = kind;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(1), (ushort)ScopeHash.Length);
        ScopeHash.Span.CopyTo(frame.AsSpan(3));
        batch.WriteTo(frame.AsSpan(3 + ScopeHash.Length));
        return frame;
    }

    private bool Load(long offset, ReadOnlyMemory<byte> frame)
    {
        try
        {
            var scope = BinaryPrimitives.ReadUInt16LittleEndian(frame.Span[1..]);
            var batch = DecisionBatch.Parser.ParseFrom(frame.Span[(3 + scope)..]);
            if (frame.Span[0] is not (SnapshotFrame or BatchFrame) || batch.Checkpoint?.Position is not { } position) return false;
            var decisions = batch.Decisions.Select(ClientDecision.FromWire).ToArray();
            if (frame.Span[0] == SnapshotFrame) _decisions.Clear();
            Change(decisions, batch.Withdrawn);
            (Position, OverlayPosition) = (position, batch.OverlayCheckpoint?.Position);
            ScopeHash = ByteString.CopyFrom(frame.Span.Slice(3, scope));
            if (frame.Span[0] == SnapshotFrame) _snapshotLength = offset + frame.Length;
            return true;
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IntegrityException or ArgumentException)
        {
            return false;
        }
    }
}
