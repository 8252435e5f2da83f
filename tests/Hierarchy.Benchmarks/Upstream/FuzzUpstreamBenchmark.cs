using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.Hostile;

namespace Hierarchy.Benchmarks.Upstream;

/// <summary>
/// A million hostile cabinets, Xpress bodies, answers and documents: each is understood or refused with a declared exception, soon and in bounded memory. Fails on the first thing that is not so,
/// naming the seed. HIERARCHY_BENCH_FUZZ_CASES changes the number, HIERARCHY_BENCH_FUZZ_SEED the first seed.
/// </summary>
internal static class FuzzUpstreamBenchmark
{
    private const int DefaultCases = 1_000_000;
    private const int Chunk = 1_000;
    private const long MemoryLimit = 2_000_000_000;
    private const double Megabyte = 1e6;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var wanted = FromEnvironment("HIERARCHY_BENCH_FUZZ_CASES", DefaultCases);
        var first = FromEnvironment("HIERARCHY_BENCH_FUZZ_SEED", 0);
        var documents = Documents();
        var kinds = new ConcurrentDictionary<string, (long Played, long Refused)>(StringComparer.Ordinal);
        var start = Stopwatch.GetTimestamp();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(Play, cancellationToken)));

        foreach (var (kind, (played, refused)) in kinds.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            await Console.Error.WriteLineAsync($"{kind}: {played:N0} cases, {refused:N0} refused");
        figures.Add("fuzz_upstream_cases", kinds.Values.Sum(kind => kind.Played), "count");
        figures.Add("fuzz_upstream_refused", kinds.Values.Sum(kind => kind.Refused), "count");
        figures.Add("fuzz_upstream_peak_memory", Process.GetCurrentProcess().PeakWorkingSet64 / Megabyte, "MB");
        figures.Add("fuzz_upstream_seconds", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");

        void Play()
        {
            using var upstream = new HostileUpstream(documents);
            for (int from; (from = Interlocked.Add(ref next, Chunk) - Chunk) < wanted;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var seed = from; seed < Math.Min(from + Chunk, wanted); seed++)
                {
                    var (kind, isRefused) = upstream.Play(first + seed);
                    kinds.AddOrUpdate(kind, _ => (1, isRefused ? 1 : 0), (_, sum) => (sum.Played + 1, sum.Refused + (isRefused ? 1 : 0)));
                }

                if (Environment.WorkingSet > MemoryLimit) throw new InvalidOperationException($"{Environment.WorkingSet:N0} bytes are held at seed {first + from}.");
            }
        }
    }

    private static int FromEnvironment(string name, int absent) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : absent;

    /// <summary>Generated documents, and the recorded ones where they are.</summary>
    private static List<string> Documents()
    {
        var documents = new DocumentGenerator(3).Plan(300).SelectMany(group => group()).Select(document => document.Xml).ToList();
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var recorded = Path.Combine(folder.FullName, "..", "shared", "fixtures", "updates");
            if (!File.Exists(Path.Combine(folder.FullName, "Hierarchy.sln")) || !Directory.Exists(recorded)) continue;
            documents.AddRange(Directory.EnumerateFiles(recorded).Order(StringComparer.Ordinal).Select(File.ReadAllText));
            break;
        }

        return documents;
    }
}
