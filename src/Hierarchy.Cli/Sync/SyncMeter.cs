using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>The last progress message, in figures for people.</summary>
internal sealed class SyncMeter
{
    private SyncProgress last = new();

    public string Phase => last.Phase;

    public long Done => last.Done;

    /// <summary>0 while it is not known.</summary>
    public long Total => last.Total;

    /// <summary>Takes a message in; true when a new phase began with it.</summary>
    public bool Note(SyncProgress progress)
    {
        var begins = progress.Phase != Phase;
        last = progress;
        return begins;
    }

    /// <summary>For people: 1,200/5,000  300/s  13 s left  4.2 MiB.</summary>
    public string Figures()
    {
        var parts = new List<string> { Total > 0 ? $"{Human.Count(Done)}/{Human.Count(Total)}" : Human.Count(Done) };
        if (last.Rate > 0) parts.Add($"{Human.Count((long)Math.Round(last.Rate))}/s");
        if (last.Remaining is { } remaining) parts.Add($"{Human.Span(remaining.ToTimeSpan())} left");
        if (last.Bytes > 0) parts.Add(Human.Bytes(last.Bytes));
        return string.Join("  ", parts);
    }
}
