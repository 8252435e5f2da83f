using System.Collections.Concurrent;
using System.Diagnostics;

namespace Hierarchy.Testing.Namespaces;

/// <summary>
/// A line between two sites, packet by packet: it takes its time, loses some, can be cut, and counts what it carries. The kernel here has no netem, so this process carries the packets between two
/// devices, one in each site. Its bandwidth is the devices' (tbf).
/// </summary>
public sealed class WideAreaLink : IDisposable
{
    private const int LongestPacket = 65_536;

    private readonly TunDevice _near;
    private readonly TunDevice _far;
    private readonly BlockingCollection<(long Due, byte[] Packet)> _outward = new(boundedCapacity: 4096);
    private readonly BlockingCollection<(long Due, byte[] Packet)> _homeward = new(boundedCapacity: 4096);
    private readonly CancellationTokenSource _stopping = new();
    private long _bytesOutward;
    private long _bytesHomeward;

    internal WideAreaLink(string name, TunDevice near, TunDevice far, int seed)
    {
        (Name, _near, _far) = (name, near, far);
        Start(() => Read(_near, _outward, new Random(seed), ref _bytesOutward));
        Start(() => Read(_far, _homeward, new Random(seed + 1), ref _bytesHomeward));
        Start(() => Write(_outward, _far));
        Start(() => Write(_homeward, _near));
    }

    public string Name { get; }

    /// <summary>How long every packet takes.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The share of packets that never arrive, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>Nothing passes; nobody is told.</summary>
    public bool IsCut { get; set; }

    /// <summary>Bytes that came from the near side, headers of IP included.</summary>
    public long BytesOutward => Interlocked.Read(ref _bytesOutward);

    /// <summary>Bytes that came from the far side.</summary>
    public long BytesHomeward => Interlocked.Read(ref _bytesHomeward);

    public void Dispose()
    {
        IsCut = true;
        _stopping.Cancel();
        _outward.CompleteAdding();
        _homeward.CompleteAdding();
        _near.Dispose();
        _far.Dispose();
    }

    private static void Start(Action carry) => new Thread(() =>
    {
        try
        {
            carry();
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The devices are gone with their namespaces.
        }
    })
    { IsBackground = true }.Start();

    private void Read(TunDevice from, BlockingCollection<(long, byte[])> line, Random random, ref long bytes)
    {
        var buffer = new byte[LongestPacket];
        while (true)
        {
            var read = from.Read(buffer);
            if (IsCut || (Loss > 0 && random.NextDouble() < Loss)) continue;
            Interlocked.Add(ref bytes, read);
            line.Add((Stopwatch.GetTimestamp() + (long)(Latency.TotalSeconds * Stopwatch.Frequency), buffer[..read]));
        }
    }

    private void Write(BlockingCollection<(long Due, byte[] Packet)> line, TunDevice to)
    {
        foreach (var (due, packet) in line.GetConsumingEnumerable())
        {
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (wait > TimeSpan.Zero && _stopping.Token.WaitHandle.WaitOne(wait)) return;
            if (!IsCut) to.Write(packet);
        }
    }
}
