namespace Grpc.Net.Client.Internal;

/// <summary>The pauses between attempts to connect: each 1.6 times the last up to a bound, and a fifth shorter or longer by chance.</summary>
internal sealed class ReconnectPauses(TimeSpan initial, TimeSpan maximum)
{
    private const double Growth = 1.6;
    private const double Jitter = 0.2;

    private double _ticks = initial.Ticks;

    public TimeSpan Next()
    {
        var ticks = Math.Min(_ticks, maximum.Ticks);
        _ticks = ticks * Growth;
#pragma warning disable CA5394 // spreads clients, protects nothing
        return TimeSpan.FromTicks((long)(ticks * (1 - Jitter + (2 * Jitter * Random.Shared.NextDouble()))));
#pragma warning restore CA5394
    }
}
