using Hierarchy.Domain;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Replication.Rollup;

/// <summary>
/// The child's side of one call, without I/O. Everything above what the parent says it has is sent in outbox order, a bounded number of batches ahead of their acknowledgements. What the parent
/// says is the truth, also when it is less than another parent, or the same one before it was restored, said: nothing is ever forgotten here.
/// </summary>
/// <param name="head">The highest number given.</param>
/// <param name="batchesAhead">How many batches may wait for their acknowledgements.</param>
/// <param name="chapterOf">In which chapter a number was given; null for an outbox without chapters.</param>
internal sealed class RollupMachine(long head, int batchesAhead, Func<long, Guid>? chapterOf = null)
{
    private readonly Queue<long> _unacknowledged = new();
    private long _head = head;
    private long _sent;
    private long _received = -1;
    private long _rooted;
    private Guid _rootLife;
    private bool _isReading;

    /// <summary>True once the parent has said what it has.</summary>
    public bool IsOpen => _received >= 0;

    /// <summary>The parent's word: what it has, what the root has, and which root that is; in the first one, the chapter of what it has, empty where it keeps none.</summary>
    /// <exception cref="IntegrityException">It claims what was never sent in this call, or takes back what it said in this call.</exception>
    public IReadOnlyList<RollupEffect> OnAcknowledged(long received, long rooted, Guid rootLife, Guid chapter = default)
    {
        if (received < 0 || rooted < 0 || rooted > received)
            throw new IntegrityException($"The parent acknowledges reports up to {received}, rooted up to {rooted}: it is damaged, or of another version.");
        // The store was taken back to an earlier state, and nobody said so: its next numbers would be taken for old ones, or were already.
        if (!IsOpen && (received > _head || IsOfAnotherChapter(received, chapter))) return [new RollupEffect.Renew(received)];
        if (IsOpen && received > _sent)
            throw new IntegrityException($"The parent acknowledges reports up to {received}, and {_sent} were sent. It took another outbox for this one: check that no two servers share a data directory.");
        if (IsOpen && received < _received)
            throw new IntegrityException($"The parent acknowledged reports up to {_received} and now says {received}.");

        var effects = new List<RollupEffect>();
        if (!IsOpen) _sent = received;
        if ((received, rooted, rootLife) != (_received, _rooted, _rootLife)) effects.Add(new RollupEffect.Acknowledge(received, rooted, rootLife));
        (_received, _rooted, _rootLife) = (received, rooted, rootLife);
        while (_unacknowledged.TryPeek(out var through) && through <= received)
            _unacknowledged.Dequeue();
        ReadOn(effects);
        return effects;
    }

    /// <summary>The outbox has grown.</summary>
    public IReadOnlyList<RollupEffect> OnGrown(long head)
    {
        var effects = new List<RollupEffect>();
        _head = Math.Max(_head, head);
        ReadOn(effects);
        return effects;
    }

    /// <summary>What was read.</summary>
    public IReadOnlyList<RollupEffect> OnRead(OutboxPage page)
    {
        var effects = new List<RollupEffect>();
        _isReading = false;
        if (page.IsEmpty)
        {
            // Rows move to the end when they change: nothing below the head is left for now.
            _sent = Math.Max(_sent, page.Through);
            return effects;
        }

        _sent = page.Through;
        _head = Math.Max(_head, page.Through);
        _unacknowledged.Enqueue(page.Through);
        effects.Add(new RollupEffect.Send(page));
        ReadOn(effects);
        return effects;
    }

    private bool IsOfAnotherChapter(long number, Guid chapter) => chapter != Guid.Empty && chapterOf is not null && chapterOf(number) != chapter;

    private void ReadOn(List<RollupEffect> effects)
    {
        if (!IsOpen || _isReading || _sent >= _head || _unacknowledged.Count >= batchesAhead) return;
        _isReading = true;
        effects.Add(new RollupEffect.Read(_sent));
    }
}
