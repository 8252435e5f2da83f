using System.Diagnostics;
using Hierarchy.Testing.Chaos;

namespace Hierarchy.Benchmarks.Chaos;

/// <summary>A hundred seeds of kill -9 over real processes: all must end equal, with nothing lost and nothing twice. Fails on the first that does not.</summary>
internal static class ChaosBenchmark
{
    private const int Seeds = 100;
    private const int CatalogSeeds = 10;
    private const int TierKills = 100;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var scenarios = ChaosRun.Scenarios.ToList();
        var kills = 0;
        var convergence = new List<double>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (name, create) = scenarios[seed % scenarios.Count];
            var run = create();
            await run.PlayAsync(seed, cancellationToken);
            kills += run.Kills;
            convergence.Add(run.Convergence.TotalMilliseconds);
            await Console.Error.WriteLineAsync($"{seed}/{Seeds} {name}: equal after {run.Kills} kills\n{run.Timeline}");
        }

        convergence.Sort();
        figures.Add("chaos_seeds", Seeds, "count");
        figures.Add("chaos_kills", kills, "count");
        figures.Add("chaos_convergence_median", convergence[convergence.Count / 2], "ms");
        figures.Add("chaos_convergence_highest", convergence[^1], "ms");
        figures.Add("chaos_total", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
        await RunCatalogAsync(figures, cancellationToken);
        await RunTiersAsync(figures, cancellationToken);
        await ContentChaosBenchmark.RunAsync(figures, cancellationToken);
        await SimulationBenchmark.RunAsync(figures, cancellationToken);
    }

    /// <summary>A hundred blows against a tree of three tiers under load: whichever server it is, nothing acknowledged is lost.</summary>
    public static async Task RunTiersAsync(Figures figures, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var run = ChaosRun.OfTiers(TierKills);
        await run.PlayAsync(seed: 1, cancellationToken);
        await Console.Error.WriteLineAsync(run.Timeline);
        figures.Add("chaos_tiers_kills", run.Kills, "count");
        figures.Add("chaos_tiers_acknowledged", run.Acknowledged, "count");
        figures.Add("chaos_tiers_convergence", run.Convergence.TotalMilliseconds, "ms");
        figures.Add("chaos_tiers_total", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
    }

    /// <summary>Fifty blows in the middle of synchronizations, five to each; every catalog must be the undisturbed one.</summary>
    public static async Task RunCatalogAsync(Figures figures, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var kills = 0;
        for (var seed = 1; seed <= CatalogSeeds; seed++)
        {
            var run = ChaosRun.OfCatalog();
            await run.PlayAsync(seed, cancellationToken);
            kills += run.Kills;
            await Console.Error.WriteLineAsync($"{seed}/{CatalogSeeds} catalog: equal after {run.Kills} kills\n{run.Timeline}");
        }

        figures.Add("chaos_sync_seeds", CatalogSeeds, "count");
        figures.Add("chaos_sync_kills", kills, "count");
        figures.Add("chaos_sync_total", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
    }
}
