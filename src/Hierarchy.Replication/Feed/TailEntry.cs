using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Feed;

/// <summary>One transaction of the live tail. It is encoded when the first follower takes it, not on the writer's path, and then never again.</summary>
internal sealed class TailEntry
{
    private const int CheckpointBytes = 2200;

    private readonly Lazy<FeedFrame> _frame;

    /// <summary>A transaction of our own log.</summary>
    public TailEntry(long after, IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long floor)
    {
        After = after;
        Checkpoint = checkpoint;
        _frame = new Lazy<FeedFrame>(() => FeedCodec.Transaction(records, checkpoint, floor));
        Bytes = CheckpointBytes;
        for (var i = 0; i < records.Count; i++) Bytes += RecordBatches.SizeOf(records[i]);
    }

    /// <summary>A transaction passed on as it was received.</summary>
    public TailEntry(long after, FeedFrame frame, Checkpoint checkpoint)
    {
        After = after;
        Checkpoint = checkpoint;
        _frame = new Lazy<FeedFrame>(frame);
        Bytes = frame.Bytes.Length;
    }

    /// <summary>The head before it.</summary>
    public long After { get; }

    /// <summary>The state after it.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The head after it.</summary>
    public long Through => Checkpoint.Position.Sequence;

    /// <summary>About what it takes in memory.</summary>
    public long Bytes { get; }

    /// <summary>The same bytes for every follower that reads them.</summary>
    public FeedFrame FrameFor(bool readsBrotli)
    {
        var frame = _frame.Value;
        return readsBrotli || frame.Encoding != Encoding.Brotli ? frame : FeedCodec.ToIdentity(frame);
    }
}
