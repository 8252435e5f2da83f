namespace Hierarchy.Domain.View;

/// <summary>The updates that the newest transactions touched, oldest first: answers "what changed since" for clients that are nearly up to date without a look at the whole catalog.</summary>
internal sealed class RecentTouches(long from, (long Sequence, Guid UpdateId)[] touches)
{
    private const int Capacity = 1024;

    /// <summary>Covers nothing before the sequence.</summary>
    public static RecentTouches StartingAt(long sequence) => new(sequence, []);

    public bool Covers(long sequence) => sequence >= from;

    public IEnumerable<Guid> Since(long sequence)
    {
        var first = touches.Length;
        while (first > 0 && touches[first - 1].Sequence > sequence) first--;
        for (var i = first; i < touches.Length; i++)
            yield return touches[i].UpdateId;
    }

    /// <summary>With what a transaction touched; all of it stands at the transaction's last sequence, so that a transaction is never told in part.</summary>
    public RecentTouches With(long sequence, IReadOnlyCollection<Guid> updateIds)
    {
        if (updateIds.Count > Capacity) return StartingAt(sequence);
        var kept = Math.Min(touches.Length, Capacity - updateIds.Count);
        var next = new (long, Guid)[kept + updateIds.Count];
        touches.AsSpan(touches.Length - kept).CopyTo(next);
        var i = kept;
        foreach (var id in updateIds)
            next[i++] = (sequence, id);
        // What was dropped last was at this sequence: positions before it are no longer covered.
        var nextFrom = kept == touches.Length ? from : touches[touches.Length - kept - 1].Sequence;
        return new RecentTouches(nextFrom, next);
    }
}
