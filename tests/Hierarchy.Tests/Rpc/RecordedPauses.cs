namespace Hierarchy.Tests.Rpc;

/// <summary>A clock on which every pause is over at once and is written down; after enough of them it cancels.</summary>
internal sealed class RecordedPauses(CancellationTokenSource stop, int enough) : TimeProvider
{
    private readonly List<TimeSpan> _pauses = [];

    public IReadOnlyList<TimeSpan> Pauses => _pauses;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan) return System.CreateTimer(callback, state, dueTime, period);
        _pauses.Add(dueTime);
        if (_pauses.Count == enough) stop.Cancel();
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
