using Hierarchy.Domain.Sites;
using Hierarchy.Server.Api;

namespace Hierarchy.Server.Roles;

/// <summary>
/// How much of this server's capacity is in use: the larger of the processor's share that this process takes, smoothed over half a minute, and of the agents that it is meant for. Each look takes a sample when the last one is
/// old enough.
/// </summary>
internal sealed class LoadMeter(ConnectedClients clients, LocatorOptions options, TimeProvider time, Func<TimeSpan> processorTime, int processors)
{
    private static readonly TimeSpan Smoothing = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new(); // guards the fields below
    private long _sampledAt = time.GetTimestamp();
    private TimeSpan _used = processorTime();
    private double _processor;
    private double _load;
    private bool _isBusy;

    /// <summary>The load of this process.</summary>
    public static LoadMeter OfThisProcess(ConnectedClients clients, LocatorOptions options, TimeProvider time) =>
        new(clients, options, time, () => Environment.CpuUsage.TotalTime, Environment.ProcessorCount);

    /// <summary>Share of the capacity in use: 0 for nothing, 1 for all of it; more agents than it is meant for make it more.</summary>
    public double Current => Look().Load;

    /// <summary>It asks to be spared.</summary>
    public bool IsBusy => Look().IsBusy;

    private (double Load, bool IsBusy) Look()
    {
        lock (_gate)
        {
            var elapsed = time.GetElapsedTime(_sampledAt);
            if (elapsed < ShortestInterval) return (_load, _isBusy);
            var used = processorTime();
            var share = Math.Clamp((used - _used) / (elapsed * processors), 0, 1);
            // However long the interval was, it weighs as much as short ones of the same length together.
            _processor += (share - _processor) * (1 - Math.Exp(-(elapsed / Smoothing)));
            (_sampledAt, _used) = (time.GetTimestamp(), used);
            _load = Math.Max(_processor, options.ClientCapacity == 0 ? 0 : (double)clients.Count / options.ClientCapacity);
            _isBusy = ServerLoad.IsBusy(_isBusy, _load);
            return (_load, _isBusy);
        }
    }
}
