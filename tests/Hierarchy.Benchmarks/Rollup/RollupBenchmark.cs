using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Hierarchy.Testing;

namespace Hierarchy.Benchmarks.Rollup;

/// <summary>
/// Twenty replicas hand the statuses of 100,000 computers, 200 each, to a root in another process, over gRPC on loopback; a status counts when its replica has heard that the root has it durably.
/// Then every computer reports ten changes. HIERARCHY_BENCH_COMPUTERS changes the size.
/// </summary>
internal static class RollupBenchmark
{
    private const int Children = 20;
    private const int Statuses = 200;
    private const int Changes = 10;
    private const int DefaultComputers = 100_000;
    private const double Megabyte = 1e6;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var computers = int.TryParse(Environment.GetEnvironmentVariable("HIERARCHY_BENCH_COMPUTERS"), CultureInfo.InvariantCulture, out var given) ? given : DefaultComputers;
        using var folder = new TemporaryFolder();
        using var root = RollupRoot.Start(folder["reports.db"]);
        try
        {
            var address = new Uri(await root.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The root did not start."));
            var updates = Enumerable.Range(0, 500).Select(_ => ByteString.CopyFrom(Guid.NewGuid().ToByteArray())).ToArray();
            RollupChild[] children = [.. Enumerable.Range(1, Children).Select(number => new RollupChild(number, computers / Children, Statuses, updates))];
            await Console.Error.WriteLineAsync($"rollup: {computers} computers with {Statuses} statuses each at {Children} replicas; synchronous=FULL at the root");

            var (rate, processor) = await RunAsync(root, children, address, counter: 1, Statuses, cancellationToken);
            figures.Add("rollup_statuses", (long)(computers / Children) * Children * Statuses, "count");
            figures.Add("rollup_rate", rate, "statuses/s");
            figures.Add("rollup_root_processor", processor, "us/status");
            (rate, processor) = await RunAsync(root, children, address, counter: 2, Changes, cancellationToken);
            figures.Add("rollup_changes_rate", rate, "statuses/s");
            figures.Add("rollup_changes_root_processor", processor, "us/status");

            await root.StandardInput.WriteLineAsync("held");
            var held = await root.StandardOutput.ReadLineAsync(cancellationToken);
            figures.Add("rollup_held", long.Parse(held ?? "0", CultureInfo.InvariantCulture), "count");
            root.Refresh();
            figures.Add("rollup_root_memory_peak", root.PeakWorkingSet64 / Megabyte, "MB");
            figures.Add("rollup_disk", new FileInfo(folder["reports.db"]).Length / Megabyte, "MB");
            root.StandardInput.Close();
            await root.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            if (!root.HasExited) root.Kill();
        }
    }

    private static async Task<(double Rate, double Processor)> RunAsync(Process root, RollupChild[] children, Uri address, long counter, int each, CancellationToken cancellationToken)
    {
        root.Refresh();
        var (processor, start) = (root.TotalProcessorTime, Stopwatch.GetTimestamp());
        var sent = await Task.WhenAll(children.Select(child => Task.Run(() => child.ReportAsync(address, counter, each, cancellationToken), cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(start);
        root.Refresh();
        return (sent.Sum() / elapsed.TotalSeconds, (root.TotalProcessorTime - processor).TotalMicroseconds / sent.Sum());
    }
}
