using System.Diagnostics;
using System.Globalization;
using Hierarchy.Benchmarks.Feed;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Benchmarks.Restart;

/// <summary>
/// A root and a replica that hold a large catalog are started again, as processes: from the start of the program until it serves, and the memory it has then and a little later; medians of three.
/// HIERARCHY_BENCH_REVISIONS changes the size.
/// </summary>
internal static class RestartBenchmark
{
    private const int Runs = 3;
    private const int DefaultRevisions = 200_000;
    private const double Mebibyte = 1024 * 1024;
    private const string NoUpstream = "http://127.0.0.1:9";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstTransfer = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("HIERARCHY_BENCH_REVISIONS"), CultureInfo.InvariantCulture, out var given) ? given : DefaultRevisions;
        await using var tree = new TestTree("hierarchy-bench-restart-");
        var root = tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = NoUpstream });
        Directory.CreateDirectory(root.Folder);
        var (revisions, _) = await FeedCatalog.CreateAsync(Path.Combine(root.Folder, "log.db"), wanted, cancellationToken);
        figures.Add("restart_revisions", revisions, "count");
        await root.StartAsync(cancellationToken);
        var replica = tree.AddServer("replica", new ServerNode.Place { Parent = root.GrpcUrl });
        await replica.StartAsync(cancellationToken);
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            limit.CancelAfter(FirstTransfer);
            while ((await replica.LogStateAsync(limit.Token)).Count <= revisions) await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }

        await replica.StopAsync(cancellationToken);
        await root.StopAsync(cancellationToken);
        await MeasureAsync("root", root, figures, cancellationToken);
        await MeasureAsync("replica", replica, figures, cancellationToken);
    }

    private static async Task MeasureAsync(string name, ServerNode node, Figures figures, CancellationToken cancellationToken)
    {
        var (times, processor, ready, settled, peak) = (new double[Runs], new double[Runs], new double[Runs], new double[Runs], new double[Runs]);
        for (var run = 0; run < Runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            await node.StartAsync(cancellationToken);
            times[run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            using var process = Process.GetProcessById(node.ProcessId);
            (processor[run], ready[run]) = (process.TotalProcessorTime.TotalSeconds, process.WorkingSet64 / Mebibyte);
            await Task.Delay(Settling, cancellationToken);
            process.Refresh();
            (settled[run], peak[run]) = (process.WorkingSet64 / Mebibyte, process.PeakWorkingSet64 / Mebibyte);
            await node.StopAsync(cancellationToken);
        }

        figures.Add($"restart_{name}", Median(times), "s");
        figures.Add($"restart_{name}_processor", Median(processor), "s");
        figures.Add($"restart_{name}_memory_ready", Median(ready), "MiB");
        figures.Add($"restart_{name}_memory_settled", Median(settled), "MiB");
        figures.Add($"restart_{name}_memory_peak", Median(peak), "MiB");
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
