using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// A parent, or a line, that says what is not so: other payloads, records left out, a head that is too low, checkpoints of another state, old ones again, frames twice or not at all. What only a
/// signature can tell, a whole consistent state that the root never had, it does not say.
/// </summary>
internal sealed class LyingParent(SimulatedTree tree)
{
    private const int Remembered = 16;
    private readonly List<Checkpoint> _past = [];

    /// <summary>What is sent in place of a frame.</summary>
    public IReadOnlyList<FeedFrame> Say(FeedFrame frame)
    {
        if (tree.Plan.LieOneIn == 0 || !tree.HasFaults) return [frame];
        var message = FeedCodec.Read(frame.Bytes);
        var truth = CheckpointIn(message);
        if (truth is not null && !tree.World.OneIn(3)) Remember(truth);
        if (!tree.World.OneIn(tree.Plan.LieOneIn)) return [frame];
        return message switch
        {
            FeedMessage.Page page => OfPage(frame, page),
            FeedMessage.CaughtUp caughtUp => [FeedCodec.CaughtUp(Other(caughtUp.Checkpoint))],
            FeedMessage.Transaction transaction => OfTransaction(frame, transaction),
            FeedMessage.Bookmark bookmark => [FeedCodec.Bookmark(Other(bookmark.Checkpoint))],
            FeedMessage.Started started => [Low(started)],
            _ => [frame],
        };
    }

    private IReadOnlyList<FeedFrame> OfPage(FeedFrame frame, FeedMessage.Page page)
    {
        switch (tree.World.Random.Next(6))
        {
            case 0:
                tree.Faults.Add("lie: page twice");
                return [frame, frame];
            case 1:
                tree.Faults.Add("lie: page left out");
                return [];
            case 2 when page.Head > page.Through:
                tree.Faults.Add("lie: stale head of a page");
                return [FeedCodec.Page(page.Records, page.Through, page.Through)];
            default:
                return page.Records.Count == 0 ? [frame] : [FeedCodec.Page(Records(page.Records), page.Through, page.Head)];
        }
    }

    private IReadOnlyList<FeedFrame> OfTransaction(FeedFrame frame, FeedMessage.Transaction transaction)
    {
        switch (tree.World.Random.Next(6))
        {
            case 0:
                tree.Faults.Add("lie: transaction twice");
                return [frame, frame];
            case 1:
                tree.Faults.Add("lie: transaction left out");
                return [];
            case 2:
                return [FeedCodec.Transaction(transaction.Records, Other(transaction.Checkpoint), transaction.Floor)];
            default:
                return transaction.Records.Count == 0 ? [frame] : [FeedCodec.Transaction(Records(transaction.Records), transaction.Checkpoint, transaction.Floor)];
        }
    }

    private FeedFrame Low(FeedMessage.Started started)
    {
        tree.Faults.Add("lie: floor too low");
        return FeedCodec.Started(new(started.ServerId, started.Name, started.ContentUrl), started.Ancestry, 0, started.From, started.Head);
    }

    private ChangeRecord[] Records(IReadOnlyList<ChangeRecord> truth)
    {
        var records = truth.ToArray();
        var i = tree.World.Random.Next(records.Length);
        switch (tree.World.Random.Next(3))
        {
            case 0:
                tree.Faults.Add("lie: record left out");
                return [.. records.Where((_, at) => at != i)];
            case 1:
                tree.Faults.Add("lie: record deleted");
                records[i] = records[i] with { Payload = (ReadOnlyMemory<byte>?)null };
                return records;
            default:
                tree.Faults.Add("lie: other payload");
                records[i] = records[i] with { Payload = new byte[] { 0xbd } };
                return records;
        }
    }

    /// <summary>Another checkpoint than the true one: another digest, count or reign, or an old one.</summary>
    private Checkpoint Other(Checkpoint truth)
    {
        switch (tree.World.Random.Next(4))
        {
            case 0:
                tree.Faults.Add("lie: digest");
                var digest = truth.Digest.ToArray();
                digest[tree.World.Random.Next(32)] ^= 1;
                return truth with { Digest = digest };
            case 1:
                tree.Faults.Add("lie: count");
                return truth with { Count = truth.Count + 1 };
            case 2:
                tree.Faults.Add("lie: reign");
                return truth with { Position = truth.Position with { EpochId = tree.World.NewId() } };
            default:
                if (_past.Count == 0) return truth;
                tree.Faults.Add("lie: old checkpoint");
                return _past[tree.World.Random.Next(_past.Count)];
        }
    }

    private void Remember(Checkpoint checkpoint)
    {
        _past.Add(checkpoint);
        if (_past.Count > Remembered) _past.RemoveAt(0);
    }

    private static Checkpoint? CheckpointIn(FeedMessage message) => message switch
    {
        FeedMessage.CaughtUp caughtUp => caughtUp.Checkpoint,
        FeedMessage.Transaction transaction => transaction.Checkpoint,
        FeedMessage.Bookmark bookmark => bookmark.Checkpoint,
        _ => null,
    };
}
