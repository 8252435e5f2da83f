using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Courier;

/// <summary>Reads a log for a courier file: pages up to a state that has a checkpoint, as the feed reads them, with or without decisions.</summary>
/// <param name="log">The log.</param>
/// <param name="checkpointOf">The checkpoint of a head, if there is one for exactly that position: an authority issues it, a mirror has the one that it stored.</param>
public sealed class CourierSource(ILogReader log, Func<LogHead, Checkpoint?> checkpointOf)
{
    private const int PageRecords = 1000;
    private const int PageBytes = 1 << 20;
    private const int MostRestarts = 8;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>Where a position of the log, or of its catalog alone, stands to this server.</summary>
    public PositionStanding Locate(Position position, bool catalogOnly) => EpochHistory.Locate(log.Epochs, log.Head, Whole(position, catalogOnly));

    /// <summary>The id that the receiver's log has.</summary>
    public LogId IdOf(bool catalogOnly) => catalogOnly ? CatalogSubset.IdOf(log.Head.Position.Log, CatalogSubset.KindsLeftOut) : log.Head.Position.Log;

    /// <summary>Reads everything above a position, handing out `FollowResponse` messages: pages, then `CaughtUp`.</summary>
    /// <param name="since">Valid here; empty for everything.</param>
    /// <param name="catalogOnly">Leaves decisions out.</param>
    /// <param name="begin">A reading begins, perhaps anew: what was handed out before counts no more.</param>
    /// <param name="take">Takes a message.</param>
    /// <param name="progress">Hears records read.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="UnavailableException">The log changes faster than it can be read.</exception>
    public async Task<CourierState> ReadAsync(
        Position since, bool catalogOnly, Action begin, Func<ReadOnlyMemory<byte>, CancellationToken, Task> take, Action<long> progress, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MostRestarts; i++)
        {
            begin();
            if (await TryReadAsync(since, catalogOnly, take, progress, cancellationToken) is { } state) return state;
        }

        throw new UnavailableException("Exporting: this server's log was replaced or compacted while it was read. Export again.");
    }

    /// <summary>Null when the log was replaced, or its floor rose above what was read.</summary>
    private async Task<CourierState?> TryReadAsync(
        Position since, bool catalogOnly, Func<ReadOnlyMemory<byte>, CancellationToken, Task> take, Action<long> progress, CancellationToken cancellationToken)
    {
        var sum = catalogOnly ? new SubsetSum() : null;
        var (base_, floor, id, records) = (since.Sequence, log.Head.Floor, log.Head.Position.Log, 0L);
        // The digest of the subset is that of the whole without what is left out: all of that has to be seen, wherever the file begins.
        for (var after = catalogOnly ? 0 : base_; ;)
        {
            var page = await log.ReadPageAsync(after, PageRecords, PageBytes, cancellationToken);
            if (page.Head.Position.Log != id || page.Head.Position.Sequence < after || page.Head.Floor > Math.Max(floor, after)) return null;
            sum?.Take(page.Records);
            var carried = Carried(page.Records, base_, catalogOnly);
            records += carried.Count;
            if (page.Through > base_ && page.Through > after) await take(FeedCodec.Page(carried, page.Through, page.Head.Position.Sequence).Bytes, cancellationToken);
            progress(records);
            after = page.Through;
            if (!page.IsLast) continue;
            if (checkpointOf(page.Head) is not { } whole)
            {
                // A mirror's newest transaction is about to have its checkpoint.
                await Task.Delay(Breath, cancellationToken);
                continue;
            }

            var epochs = EpochsOf(page.Head.Position);
            if (epochs is null) return null;
            var checkpoint = sum is null ? whole : sum.CheckpointOf(whole, page.Head, IdOf(catalogOnly: true));
            await take(FeedCodec.CaughtUp(checkpoint).Bytes, cancellationToken);
            var begins = since.IsEmpty ? since : since with { Log = checkpoint.Position.Log };
            return new CourierState(begins, checkpoint, epochs, page.Head.Floor, [], catalogOnly ? CatalogSubset.KindsLeftOut : [], records);
        }
    }

    // The history as far as the position; null when it is another one by now.
    private Epoch[]? EpochsOf(Position position)
    {
        var epochs = log.Epochs.Where(epoch => epoch.Number <= position.Epoch).ToArray();
        return epochs.Length > 0 && epochs[^1].Id == position.EpochId ? epochs : null;
    }

    private static IReadOnlyList<ChangeRecord> Carried(IReadOnlyList<ChangeRecord> records, long above, bool catalogOnly) => catalogOnly
        ? [.. records.Where(record => record.Sequence > above && !CatalogSubset.LeavesOut(record.Kind))]
        : records;

    private Position Whole(Position position, bool catalogOnly) =>
        catalogOnly && !position.IsEmpty && position.Log == IdOf(catalogOnly) ? position with { Log = log.Head.Position.Log } : position;

    /// <summary>What is left out, as of the end of the pages: the latest of each key, so that what moved meanwhile counts once.</summary>
    private sealed class SubsetSum
    {
        private readonly Dictionary<(int Kind, string Key), ChangeRecord> _left = [];

        public void Take(IReadOnlyList<ChangeRecord> records)
        {
            foreach (var record in records)
            {
                if (!CatalogSubset.LeavesOut(record.Kind)) continue;
                var key = (record.Kind, Convert.ToHexString(record.Key.Span));
                if (record.IsTombstone) _left.Remove(key);
                else _left[key] = record;
            }
        }

        public Checkpoint CheckpointOf(Checkpoint whole, LogHead head, LogId id)
        {
            var digest = new LogDigest();
            digest.Set(head.Digest.Span);
            foreach (var record in _left.Values) digest.Subtract(record);
            // The root's signature is of another state, and is left out with it.
            return new Checkpoint(whole.Position with { Log = id }, whole.Count - _left.Count, digest.ToBytes(), whole.Time, ReadOnlyMemory<byte>.Empty);
        }
    }
}
