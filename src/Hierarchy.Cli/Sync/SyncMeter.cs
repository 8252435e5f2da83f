using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>Turns progress messages into phase, rate and time remaining.</summary>
internal sealed class SyncMeter(TimeProvider time)
{
    // A rate from a blink of time says nothing.
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(300);

    private long phaseStart;
    private long doneAtStart;

    public string Phase { get; private set; } = "";

    public long Done { get; private set; }

    /// <summary>0 while it is not known.</summary>
    public long Total { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Takes a message in; true when a new phase began with it.</summary>
    public bool Note(SyncProgress progress)
    {
        var begins = progress.Phase != Phase;
        if (begins) (Phase, phaseStart, doneAtStart) = (progress.Phase, time.GetTimestamp(), progress.Done);
        (Done, Total, Bytes) = (progress.Done, progress.Total, progress.Bytes);
        return begins;
    }

    /// <summary>For people: 1,200/5,000  300/s  13 s left  4.2 MiB.</summary>
    public string Figures()
    {
        var parts = new List<string> { Total > 0 ? $"{Human.Count(Done)}/{Human.Count(Total)}" : Human.Count(Done) };
        var elapsed = time.GetElapsedTime(phaseStart);
        if (elapsed >= Settled && Done > doneAtStart)
        {
            var rate = (Done - doneAtStart) / elapsed.TotalSeconds;
            parts.Add($"{Human.Count((long)Math.Round(rate))}/s");
            if (Total > Done) parts.Add($"{Human.Span(TimeSpan.FromSeconds(Math.Min((Total - Done) / rate, TimeSpan.MaxValue.TotalSeconds / 2)))} left");
        }

        if (Bytes > 0) parts.Add(Human.Bytes(Bytes));
        return string.Join("  ", parts);
    }
}
