namespace Hierarchy.Replication.Follower;

/// <summary>Waits that double up to a limit, drawn at random between half and the whole, so that those who were cut together do not come back together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    private const int MaxDoublings = 30;
    private int _attempts;

    public TimeSpan Next()
    {
        var delay = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(_attempts, MaxDoublings)), longest.TotalMilliseconds);
        _attempts++;
        return TimeSpan.FromMilliseconds(delay * (0.5 + (random() / 2)));
    }

    /// <summary>At once to the longest: the peer is wrong, not absent.</summary>
    public TimeSpan Longest()
    {
        _attempts = MaxDoublings;
        return Next();
    }

    public void Reset() => _attempts = 0;
}
