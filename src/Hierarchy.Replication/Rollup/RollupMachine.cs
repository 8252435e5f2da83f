using Hierarchy.Domain;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Replication.Rollup;

/// <summary>
/// The child's side of one call, without I/O. Everything above what the parent says it has is sent in outbox order, a bounded number of batches ahead of their acknowledgements; nothing is
/// forgotten before the root has it. A parent that lost what it once acknowledged is simply sent it again, since what is not rooted is still here.
/// </summary>
internal sealed class RollupMachine(long rooted, long head, int batchesAhead)
{
    private readonly Queue<long> _unacknowledged = new();
    private long _rooted = rooted;
    private long _head = head;
    private long _sent;
    private long _received = -1;
    private bool _isReading;

    /// <summary>True once the parent has said what it has.</summary>
    public bool IsOpen => _received >= 0;

    /// <summary>The parent's word: what it has, and what the root has.</summary>
    /// <exception cref="IntegrityException">It claims what was never sent, or takes back what it said in this call.</exception>
    public IReadOnlyList<RollupEffect> OnAcknowledged(long received, long rooted)
    {
        var effects = new List<RollupEffect>();
        var ceiling = IsOpen ? _sent : _head;
        if (received < 0 || received > ceiling || rooted < 0 || rooted > Math.Max(received, _rooted))
            throw new IntegrityException($"The parent acknowledges reports up to {received}, rooted up to {rooted}; sent were {ceiling}. It took another outbox for this one: check that no two servers share a data directory.");
        if (IsOpen && received < _received)
            throw new IntegrityException($"The parent acknowledged reports up to {_received} and now says {received}.");
        if (!IsOpen) _sent = Math.Max(received, _rooted);
        _received = received;
        while (_unacknowledged.TryPeek(out var through) && through <= received)
            _unacknowledged.Dequeue();
        if (rooted > _rooted)
        {
            _rooted = rooted;
            effects.Add(new RollupEffect.MarkRooted(rooted));
        }

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

    private void ReadOn(List<RollupEffect> effects)
    {
        if (!IsOpen || _isReading || _sent >= _head || _unacknowledged.Count >= batchesAhead) return;
        _isReading = true;
        effects.Add(new RollupEffect.Read(_sent));
    }
}
