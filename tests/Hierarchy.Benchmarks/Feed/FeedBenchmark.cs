using System.Diagnostics;
using System.Globalization;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>
/// A replica takes a catalog from nothing over loopback, from a root in another process, beside what SQLite alone needs for the same rows: medians of three after one run of each that does not count.
/// HIERARCHY_BENCH_REVISIONS changes the size.
/// </summary>
internal static class FeedBenchmark
{
    private const int Runs = 3;
    private const int DefaultRevisions = 62_600;
    private const double Megabyte = 1e6;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("HIERARCHY_BENCH_REVISIONS"), CultureInfo.InvariantCulture, out var given) ? given : DefaultRevisions;
        await RunAsync("feed", wanted, FeedCatalog.Generated(wanted), figures, cancellationToken);
        if (RecordedTexts.Find() is { } recorded) await RunAsync("feed_recorded", wanted, FeedCatalog.Recorded(wanted, recorded), figures, cancellationToken);
        else await Console.Error.WriteLineAsync("feed: no recorded documents beside the repository (../shared/fixtures/updates): what is derived from them was not run");
    }

    private static async Task RunAsync(string name, int wanted, IEnumerable<Func<IReadOnlyList<string>>> texts, Figures figures, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var (revisions, documentBytes) = await FeedCatalog.CreateAsync(folder["root.db"], wanted, texts, cancellationToken);
        await Console.Error.WriteLineAsync($"{name}: {revisions} revisions, documents of {documentBytes / revisions} bytes on average");
        var pages = await ReadAsync(folder["root.db"], cancellationToken);
        await Console.Error.WriteLineAsync($"{name}: floor and replica alike: {string.Join("; ", FeedFloor.Pragmas)}");
        await Console.Error.WriteLineAsync($"{name}: floor and replica alike: {string.Join("; ", FeedFloor.Indexes)}");
        await Console.Error.WriteLineAsync(
            $"{name}: {pages.Count} transactions in the floor, one a page of the feed: {revisions / pages.Count} records, {pages.Sum(page => page.Sum(record => (long)record.Payload.GetValueOrDefault().Length)) / pages.Count} bytes on average; not one of them is flushed before the next, in either");

        using var root = StartRoot(folder["root.db"]);
        var address = new Uri(await root.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The root did not start."));
        var (floors, feeds, bytes) = (new List<double>(), new List<double>(), 0L);
        for (var run = 0; run <= Runs; run++)
        {
            var before = Processor(root);
            var floor = FeedFloor.Run(folder[$"floor-{run}.db"], pages);
            var between = Processor(root);
            var replica = new FeedReplica(folder[$"replica-{run}.db"], address);
            var feed = await replica.RunAsync(cancellationToken);
            if (replica.View?.RevisionIds.Count != revisions) throw new InvalidOperationException($"The replica serves {replica.View?.RevisionIds.Count} revisions of {revisions}.");
            var after = Processor(root);
            await Console.Error.WriteLineAsync(
                $"{name}: run {run}: {feed.TotalSeconds:0.000} s (processor: replica {(after.Own - between.Own).TotalSeconds:0.000} s, root {(after.Root - between.Root).TotalSeconds:0.000} s), floor {floor.TotalSeconds:0.000} s (processor {(between.Own - before.Own).TotalSeconds:0.000} s)");
            bytes = replica.Received;
            if (run == 0) continue;
            floors.Add(floor.TotalSeconds);
            feeds.Add(feed.TotalSeconds);
        }

        root.StandardInput.Close();
        await root.WaitForExitAsync(cancellationToken);
        floors.Sort();
        feeds.Sort();
        var (seconds, least) = (feeds[Runs / 2], floors[Runs / 2]);
        figures.Add($"{name}_revisions", revisions, "count");
        figures.Add($"{name}_seconds", seconds, "s");
        figures.Add($"{name}_floor_seconds", least, "s");
        figures.Add($"{name}_ratio", seconds / least, "x");
        figures.Add($"{name}_rate", revisions / seconds, "records/s");
        figures.Add($"{name}_wire", bytes / Megabyte, "MB");
        figures.Add($"{name}_documents", documentBytes / Megabyte, "MB");
        figures.Add($"{name}_wire_per_document_byte", (double)bytes / documentBytes, "x");
    }

    /// <summary>Processor time so far: on a machine with other work it says more than the clock.</summary>
    private static (TimeSpan Own, TimeSpan Root) Processor(Process root)
    {
        root.Refresh();
        using var own = Process.GetCurrentProcess();
        return (own.TotalProcessorTime, root.TotalProcessorTime);
    }

    private static async Task<List<IReadOnlyList<ChangeRecord>>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        // The root opens the log after this and begins an epoch: one record more, in the feed only.
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = path });
        var options = new FeedOptions();
        var pages = new List<IReadOnlyList<ChangeRecord>>();
        for (long after = 0; ;)
        {
            var page = await log.ReadPageAsync(after, options.PageRecords, options.PageBytes, cancellationToken);
            pages.Add(page.Records);
            after = page.Through;
            if (page.IsLast) return pages;
        }
    }

    private static Process StartRoot(string path) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!) // a running program has a path
    {
        ArgumentList = { typeof(FeedBenchmark).Assembly.Location, FeedRoot.Command, path },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    }) ?? throw new InvalidOperationException("The root's process did not start.");
}
