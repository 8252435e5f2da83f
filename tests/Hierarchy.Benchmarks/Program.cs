using Hierarchy.Benchmarks.Chaos;
using Hierarchy.Benchmarks.Content;
using Hierarchy.Benchmarks.Decide;
using Hierarchy.Benchmarks.Fanout;
using Hierarchy.Benchmarks.Feed;
using Hierarchy.Benchmarks.Latency;
using Hierarchy.Benchmarks.Locate;
using Hierarchy.Benchmarks.Restart;
using Hierarchy.Benchmarks.Rollup;
using Hierarchy.Benchmarks.Rpc;
using Hierarchy.Benchmarks.Rules;
using Hierarchy.Benchmarks.Search;
using Hierarchy.Benchmarks.Storage;
using Hierarchy.Benchmarks.Sync;
using Hierarchy.Benchmarks.Upstream;

namespace Hierarchy.Benchmarks;

/// <summary>Runs benchmarks by name, or all of them; each figure is a line `name value unit` on standard output, everything else goes to standard error.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<Figures, CancellationToken, Task>> All = new(StringComparer.Ordinal)
    {
        ["approval-rules"] = ApprovalRulesBenchmark.RunAsync,
        ["chaos"] = ChaosBenchmark.RunAsync,
        ["chaos-content"] = ContentChaosBenchmark.RunAsync,
        ["chaos-simulation"] = SimulationBenchmark.RunAsync,
        ["chaos-sync"] = ChaosBenchmark.RunCatalogAsync,
        ["chaos-tiers"] = ChaosBenchmark.RunTiersAsync,
        ["content"] = ContentBenchmark.RunAsync,
        ["content-ask"] = ContentBenchmark.AskAsync,
        ["content-serve"] = ContentBenchmark.ServeAsync,
        ["content-store"] = ContentBenchmark.StoreAsync,
        ["decide"] = DecideBenchmark.RunAsync,
        ["digest"] = DigestBenchmark.RunAsync,
        ["documents"] = DocumentsBenchmark.RunAsync,
        ["fanout"] = FanoutBenchmark.RunAsync,
        ["feed"] = FeedBenchmark.RunAsync,
        ["fuzz-rpc"] = FuzzBenchmark.RunAsync,
        ["fuzz-upstream"] = FuzzUpstreamBenchmark.RunAsync,
        ["latency"] = LatencyBenchmark.RunAsync,
        ["locate"] = LocateBenchmark.RunAsync,
        ["lzx"] = LzxBenchmark.RunAsync,
        ["restart"] = RestartBenchmark.RunAsync,
        ["rollup"] = RollupBenchmark.RunAsync,
        ["rpc"] = RpcBenchmark.RunAsync,
        ["rules"] = RulesBenchmark.RunAsync,
        ["search"] = SearchBenchmark.RunAsync,
        ["status"] = StatusBenchmark.RunAsync,
        ["storage"] = StorageBenchmark.RunAsync,
        ["sync"] = SyncBenchmark.RunAsync,
    };

    private static async Task<int> Main(string[] args)
    {
        if (args is [FeedRoot.Command, var log]) return await FeedRoot.RunAsync(log);
        if (args is [RollupRoot.Command, var reports]) return await RollupRoot.RunAsync(reports);
        if (args is [FanoutRoot.Command, var fanout]) return await FanoutRoot.RunAsync(fanout);
        if (args is [BenchServer.Command]) return await BenchServer.RunAsync();
        var unknown = args.Where(name => !All.ContainsKey(name)).ToList();
        if (unknown.Count > 0)
        {
            await Console.Error.WriteLineAsync($"There is no benchmark {string.Join(", ", unknown)}. There are: {string.Join(", ", All.Keys.Order())}.");
            return 2;
        }

        using var interrupt = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupt.Cancel();
        };
        var figures = new Figures(Console.Out);
        // The parts of chaos and content have names to be run alone.
        foreach (var name in args.Length > 0 ? args : [.. All.Keys.Where(name => !name.StartsWith("chaos-", StringComparison.Ordinal) && !name.StartsWith("content-", StringComparison.Ordinal)).Order()])
        {
            try
            {
                await All[name](figures, interrupt.Token);
            }
            catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
            {
                return 130;
            }
            catch (Exception problem)
            {
                // The top of the program: the reason, and a code that scripts see.
                await Console.Error.WriteLineAsync($"{name} failed: {problem}");
                return 1;
            }
        }

        return 0;
    }
}
