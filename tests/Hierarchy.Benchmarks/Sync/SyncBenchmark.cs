using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Benchmarks.Sync;

/// <summary>
/// A root takes a whole catalog from the simulated upstream, then again with nothing new, then with 500 new updates and 500 revised ones; root and upstream are processes of their own.
/// HIERARCHY_BENCH_REVISIONS changes the size.
/// </summary>
internal static class SyncBenchmark
{
    private const int DefaultDocuments = 62_600;
    private const int Changed = 500;
    private const double Megabyte = 1e6;
    private const double Mebibyte = 1024 * 1024;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var documents = int.TryParse(Environment.GetEnvironmentVariable("HIERARCHY_BENCH_REVISIONS"), CultureInfo.InvariantCulture, out var given) ? given : DefaultDocuments;
        await using var tree = new TestTree("hierarchy-bench-sync-");
        var upstream = tree.AddUpstream(new UpstreamNode.Catalog { Generated = documents });
        await upstream.StartAsync(cancellationToken);
        var served = await upstream.CountRevisionsAsync(cancellationToken);
        await Console.Error.WriteLineAsync($"sync: the upstream serves {served} revisions");
        var root = tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = upstream.Url });
        await root.StartAsync(cancellationToken);
        await root.TakeEverythingAsync(cancellationToken);

        var idle = Memory(root, peak: false);
        var first = await SyncAsync(root, upstream, cancellationToken);
        if (first.Run.NewUpdates + first.Run.RevisedUpdates != served) throw new InvalidOperationException($"{first.Run.NewUpdates} updates and {first.Run.RevisedUpdates} revisions were stored of {served}.");
        figures.Add("sync_revisions", served, "count");
        figures.Add("sync_full", first.Time.TotalSeconds, "s");
        figures.Add("sync_full_rate", served / first.Time.TotalSeconds, "documents/s");
        figures.Add("sync_full_processor_root", first.RootProcessor.TotalSeconds, "s");
        figures.Add("sync_full_processor_upstream", first.UpstreamProcessor.TotalSeconds, "s");
        figures.Add("sync_full_wire", first.Wire / Megabyte, "MB");
        figures.Add("sync_memory_idle", idle / Mebibyte, "MiB");
        figures.Add("sync_memory_peak", Memory(root, peak: true) / Mebibyte, "MiB");
        figures.Add("sync_memory_after", Memory(root, peak: false) / Mebibyte, "MiB");
        figures.Add("sync_database", Directory.EnumerateFiles(root.Folder, "*.db*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) / Megabyte, "MB");

        var nothing = await SyncAsync(root, upstream, cancellationToken);
        figures.Add("sync_nothing", nothing.Time.TotalSeconds, "s");
        figures.Add("sync_nothing_wire", nothing.Wire / Megabyte, "MB");

        await upstream.GrowAsync(Changed, Changed, seed: 2, cancellationToken);
        var changes = await SyncAsync(root, upstream, cancellationToken);
        if (changes.Run.NewUpdates != Changed || changes.Run.RevisedUpdates != Changed) throw new InvalidOperationException($"{changes.Run.NewUpdates} new and {changes.Run.RevisedUpdates} revised of {Changed} each.");
        figures.Add("sync_changes", changes.Time.TotalSeconds, "s");
        figures.Add("sync_changes_wire", changes.Wire / Megabyte, "MB");
    }

    private static async Task<Sample> SyncAsync(ServerNode root, UpstreamNode upstream, CancellationToken cancellationToken)
    {
        var (wire, rootBefore, upstreamBefore) = (await upstream.CounterAsync("metadata_bytes", cancellationToken), Processor(root), Processor(upstream));
        var start = Stopwatch.GetTimestamp();
        SyncRun? finished = null;
        using var call = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: cancellationToken);
        await foreach (var progress in call.ResponseStream.ReadAllAsync(cancellationToken)) finished = progress.Finished ?? finished;
        var time = Stopwatch.GetElapsedTime(start);
        if (finished is not { Error: "", Quarantined: 0 }) throw new InvalidOperationException($"The synchronization failed: {finished?.Error}");
        return new Sample(
            time, Processor(root) - rootBefore, Processor(upstream) - upstreamBefore, await upstream.CounterAsync("metadata_bytes", cancellationToken) - wire, finished);
    }

    private static TimeSpan Processor(TreeNode node)
    {
        using var process = Process.GetProcessById(node.ProcessId);
        return process.TotalProcessorTime;
    }

    private static double Memory(TreeNode node, bool peak)
    {
        using var process = Process.GetProcessById(node.ProcessId);
        return peak ? process.PeakWorkingSet64 : process.WorkingSet64;
    }

    private sealed record Sample(TimeSpan Time, TimeSpan RootProcessor, TimeSpan UpstreamProcessor, long Wire, SyncRun Run);
}
