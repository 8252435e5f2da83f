using System.Diagnostics;
using Hierarchy.Testing.Chaos;

namespace Hierarchy.Benchmarks.Chaos;

/// <summary>Two hundred blows of kill -9 in the middle of transfers. Fails on the first that leaves something wrong.</summary>
internal static class ContentChaosBenchmark
{
    private const int Kills = 200;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var chaos = new ContentChaos(Kills);
        await chaos.PlayAsync(seed: 1, cancellationToken);
        figures.Add("chaos_content_kills", chaos.Kills, "count");
        figures.Add("chaos_content_in_the_middle", chaos.InTheMiddle, "count");
        figures.Add("chaos_content_kept", chaos.BytesKept / 1e6, "MB");
        figures.Add("chaos_content_total", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
    }
}
