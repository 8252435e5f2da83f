namespace Hierarchy.Testing.Simulation;

/// <summary>Virtual time and chance: one queue of events, ordered by time and then by when they were planned, and one seed. The same seed gives the same run.</summary>
internal sealed class VirtualWorld(int seed) : TimeProvider
{
    private const ulong HashBasis = 14695981039346656037;
    private const ulong HashPrime = 1099511628211;

    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private long _order;
    private long _now;

    public Random Random { get; } = new(seed);

    public int Seed => seed;

    /// <summary>Events run.</summary>
    public long Steps { get; private set; }

    /// <summary>Of everything that happened so far, in order: two runs with the same hash were the same run.</summary>
    public ulong Trace { get; private set; } = HashBasis;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddDays(20_000) + Elapsed;

    public override DateTimeOffset GetUtcNow() => Now;

    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.NextBytes(bytes);
        return new Guid(bytes);
    }

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Random.Next(times) == 0;

    public TimeSpan Between(double fromMilliseconds, double toMilliseconds) =>
        TimeSpan.FromMilliseconds(fromMilliseconds + (Random.NextDouble() * (toMilliseconds - fromMilliseconds)));

    public void After(TimeSpan delay, Action action) => _events.Enqueue(action, (_now + delay.Ticks, _order++));

    /// <summary>Adds to the trace.</summary>
    public void Note(long what) => Trace = (Trace ^ (ulong)what) * HashPrime;

    /// <summary>Adds to the trace.</summary>
    public void Note(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) Note((long)b);
    }

    /// <summary>Runs until a condition holds, looked at after every event; false when time is over first.</summary>
    public bool RunUntil(TimeSpan end, Func<bool>? condition = null)
    {
        while (_events.TryPeek(out _, out var key) && key.Time <= end.Ticks)
        {
            var action = _events.Dequeue();
            _now = key.Time;
            Steps++;
            Note(_now);
            action();
            if (condition?.Invoke() == true) return true;
        }

        _now = Math.Max(_now, end.Ticks);
        return false;
    }
}
