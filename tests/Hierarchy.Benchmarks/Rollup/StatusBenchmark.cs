using System.Diagnostics;
using System.Globalization;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;

namespace Hierarchy.Benchmarks.Rollup;

/// <summary>
/// The report store of a root with 100,000 computers and 500 statuses of each: how long it takes to build, what it needs on disk, and how soon it answers. HIERARCHY_BENCH_COMPUTERS changes the size.
/// </summary>
internal static class StatusBenchmark
{
    private const int Updates = 500;
    private const int Groups = 100;
    private const int ComputersAtOnce = 20;
    private const int MergesAtOnce = 4;
    private const int Summaries = 20;
    private const int SmallReports = 2_000;
    private const int DefaultComputers = 100_000;
    private const double Megabyte = 1e6;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var computers = int.TryParse(Environment.GetEnvironmentVariable("HIERARCHY_BENCH_COMPUTERS"), CultureInfo.InvariantCulture, out var given) ? given : DefaultComputers;
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        Guid[] updates = [.. Enumerable.Range(0, Updates).Select(_ => Guid.NewGuid())];
        Guid[][] groups = [.. Enumerable.Range(0, Groups).Select(_ => new[] { Guid.NewGuid() })];
        IReadOnlyList<Guid> GroupsOf(ComputerReport report) => groups[int.Parse(report.ComputerId.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) % Groups];

        await Console.Error.WriteLineAsync($"status: {computers} computers, {Updates} statuses each, in {Groups} groups; synchronous=FULL");
        var options = new SqliteStoreOptions { Path = folder["reports.db"] };
        await using (var store = SqliteReportStore.Open(options, isRoot: true, groupsOf: GroupsOf))
        {
            var start = Stopwatch.GetTimestamp();
            var open = new Queue<Task<int>>();
            for (var first = 0; first < computers; first += ComputersAtOnce)
            {
                var (reports, statuses) = Batch(random, updates, first, Math.Min(ComputersAtOnce, computers - first), Updates, counter: 1);
                open.Enqueue(store.MergeAsync(reports, statuses, child: null, cancellationToken).AsTask());
                if (open.Count >= MergesAtOnce) await open.Dequeue();
            }

            await Task.WhenAll(open);
            var built = Stopwatch.GetElapsedTime(start).TotalSeconds;
            figures.Add("status_statuses", (double)computers * Updates, "count");
            figures.Add("status_build", built, "s");
            figures.Add("status_merge_rate", (double)computers * Updates / built, "statuses/s");

            start = Stopwatch.GetTimestamp();
            await Parallel.ForAsync(0, SmallReports, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken }, async (i, token) =>
            {
                var (reports, statuses) = Batch(new Random(i), updates, new Random(i).Next(computers), 1, 10, counter: 2);
                await store.MergeAsync(reports, statuses, child: null, token);
            });
            figures.Add("status_small_reports", SmallReports / Stopwatch.GetElapsedTime(start).TotalSeconds, "reports/s");
        }

        figures.Add("status_disk", Directory.EnumerateFiles(folder.Path).Sum(file => new FileInfo(file).Length) / Megabyte, "MB");
        await MeasureAsync(figures, options, GroupsOf, updates, computers, cancellationToken);
    }

    private static async Task MeasureAsync(Figures figures, SqliteStoreOptions options, ComputerGroups groupsOf, Guid[] updates, int computers, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await using var store = SqliteReportStore.Open(options, isRoot: true, groupsOf: groupsOf);
        figures.Add("status_open", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
        var random = new Random(2);
        var times = new List<double>();
        for (var i = 0; i < Summaries; i++)
        {
            start = Stopwatch.GetTimestamp();
            var counts = await store.CountAsync([updates[random.Next(Updates)]], cancellationToken);
            var all = await store.CountComputersAsync(cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (counts.Sum(count => count.Count) != computers || all.Sum(count => count.Count) != computers) throw new InvalidOperationException("The counts are not those of all computers.");
        }

        times.Sort();
        figures.Add("status_summary_p50", times[Summaries / 2], "ms");
        figures.Add("status_summary_max", times[^1], "ms");
        figures.Add("status_summary_of_100_updates", await TimeAsync(async () => await store.CountAsync(updates[..100], cancellationToken)), "ms");
        figures.Add("status_list_update", await TimeAsync(async () => await store.ListStatusesOfUpdateAsync(updates[7], state: null, cancellationToken)), "ms");
        figures.Add("status_list_update_failed", await TimeAsync(async () => await store.ListStatusesOfUpdateAsync(updates[7], UpdateState.Failed, cancellationToken)), "ms");
        figures.Add("status_list_computers", await TimeAsync(async () => await store.ListComputersAsync(cancellationToken)), "ms");
        figures.Add("status_list_computer", await TimeAsync(async () => await store.ListStatusesOfComputerAsync(IdOf(computers / 2), cancellationToken)), "ms");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string IdOf(int computer) => new Guid(computer, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString("D");

    // Most statuses were seen in some of a month's scans; a few have failed with a code.
    private static (ComputerReport[] Reports, StatusReport[] Statuses) Batch(Random random, Guid[] updates, int first, int computers, int each, long counter)
    {
        var reports = new ComputerReport[computers];
        var statuses = new StatusReport[computers * each];
        for (var i = 0; i < computers; i++)
        {
            var id = IdOf(first + i);
            var day = DateTimeOffset.UnixEpoch.AddDays(20_000 + counter);
            reports[i] = new ComputerReport { ComputerId = id, Incarnation = 1_790_000_000, Counter = counter * 40, Name = $"pc{first + i:000000}.branch.example.org", Address = "10.20.30.40", OperatingSystem = "Windows 11 Pro 10.0.26100", Groups = ["Branch"], ServerId = IdOf(-1), ReportedAt = day };
            for (var j = 0; j < each; j++)
            {
                var scan = random.Next(1, 31);
                var state = (UpdateState)random.Next(1, 7);
                statuses[(i * each) + j] = new StatusReport(
                    id, 1_790_000_000, (counter * 40) + scan, updates[each == updates.Length ? j : random.Next(updates.Length)], random.Next(4) == 0 ? 201 : 200, state, state == UpdateState.Failed ? -2145124329 : 0,
                    day.AddDays(scan).AddMilliseconds(random.Next(60_000)));
            }
        }

        return (reports, statuses);
    }
}
