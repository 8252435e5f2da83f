namespace Hierarchy.Server.Upstream;

/// <summary>Documents a second, smoothed so that a slow batch does not shake it: a mean in which what is five seconds old counts a third. Begins anew with every phase.</summary>
internal sealed class ProgressRate(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    // A rate from a blink of time says nothing.
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(300);

    private object? _phase;
    private long _since;
    private long _done;
    private double _weight;
    private double _rate;

    /// <summary>Takes a measurement; the rate, 0 while it is not known.</summary>
    public double Note(object phase, long done)
    {
        var now = time.GetTimestamp();
        if (!phase.Equals(_phase))
        {
            (_phase, _since, _done, _weight, _rate) = (phase, now, done, 0, 0);
            return 0;
        }

        var elapsed = time.GetElapsedTime(_since, now);
        if (elapsed < Settled || done < _done) return Known;
        var keep = Math.Exp(-elapsed / Memory);
        _rate = (_rate * keep) + ((done - _done) / elapsed.TotalSeconds * (1 - keep));
        _weight = (_weight * keep) + (1 - keep);
        (_since, _done) = (now, done);
        return Known;
    }

    private double Known => _weight > 0 ? _rate / _weight : 0;
}
