using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage;

/// <summary>What a mirror refuses of a source, whatever is in its tables.</summary>
internal static class MirrorRules
{
    /// <exception cref="IntegrityException">The checkpoint is of another log, or lies before what this server has.</exception>
    public static void CheckLog(Checkpoint checkpoint, LogHead head, bool replaces)
    {
        if (!replaces && checkpoint.Position.Log != head.Position.Log)
            throw new IntegrityException($"The parent sends log {checkpoint.Position.Log}, and this server mirrors {head.Position.Log}; it takes another log by a snapshot only.");
        if (!replaces && checkpoint.Position.Sequence < head.Position.Sequence)
            throw new IntegrityException($"The parent's checkpoint is at {checkpoint.Position}, before this server's own state at {head.Position}; nobody reads backwards. Name another parent, or wait for this one.");
    }

    /// <exception cref="IntegrityException">Records do not ascend, or lie outside their page or transaction.</exception>
    public static void CheckOrder(IReadOnlyList<ChangeRecord> records, long after, long through, string what)
    {
        var last = after;
        for (var i = 0; i < records.Count; i++)
        {
            if (records[i].Sequence <= last)
                throw new IntegrityException($"The parent sent a {what} with record {records[i].Sequence} where only records above {last} can come; nothing of it was kept. Name another parent.");
            last = records[i].Sequence;
        }

        if (last > through)
            throw new IntegrityException($"The parent sent a {what} that ends at {through} by its own account, with record {last} in it; nothing of it was kept. Name another parent.");
    }

    /// <exception cref="IntegrityException">The checkpoint is of an epoch that no record named.</exception>
    public static void CheckEpoch(Checkpoint checkpoint, LogHead head)
    {
        if (checkpoint.Position.Epoch != head.Position.Epoch || checkpoint.Position.EpochId != head.Position.EpochId)
            throw new IntegrityException($"The checkpoint at {checkpoint.Position} is of another epoch than the records before it ({head.Position}), and no epoch record came with it. Take the parent's state again.");
    }

    /// <exception cref="IntegrityException">A reissued checkpoint names another state.</exception>
    public static void CheckReissue(Checkpoint checkpoint, LogHead head)
    {
        if (checkpoint.Position != head.Position || checkpoint.Count != head.Count || !checkpoint.Digest.Span.SequenceEqual(head.Digest.Span))
            throw new IntegrityException($"A reissued checkpoint names another state at {checkpoint.Position} than this server has at {head.Position}; it was not kept. Take the parent's state again.");
    }
}
