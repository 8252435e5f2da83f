using System.Diagnostics;
using Hierarchy.Testing.Simulation;

namespace Hierarchy.Benchmarks.Chaos;

/// <summary>The deterministic simulation over ten thousand seeds; HIERARCHY_BENCH_SEEDS changes their number, HIERARCHY_BENCH_FIRST_SEED where they begin. Fails when a seed does, and names it: it fails again by itself.</summary>
internal static class SimulationBenchmark
{
    private const int DefaultSeeds = 10_000;
    private const int Said = 1000;
    private static readonly TimeSpan Faults = TimeSpan.FromSeconds(40);

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var (first, seeds) = (Given("HIERARCHY_BENCH_FIRST_SEED", 1), Given("HIERARCHY_BENCH_SEEDS", DefaultSeeds));
        var start = Stopwatch.GetTimestamp();
        var (done, failed) = (0, 0);
        var run = await Task.Run(() => SimulationRun.Play(first, seeds, Faults, Progress, cancellationToken), cancellationToken);
        var time = Stopwatch.GetElapsedTime(start);
        foreach (var (kind, times) in run.Faults.Counts) figures.Add($"simulation_fault_{kind.Replace(": ", "_").Replace(' ', '_').Replace('\'', '_')}", times, "count");
        figures.Add("simulation_events", run.Steps, "count");
        figures.Add("simulation_states_served", run.Served, "count");
        figures.Add("simulation_states_taken_by_clients", run.Taken, "count");
        figures.Add("simulation_decisions_acknowledged", run.Acknowledged, "count");
        figures.Add("simulation_decisions_lost_with_a_history", run.LostWithHistory, "count");
        figures.Add("simulation_reports_acknowledged", run.Reported, "count");
        figures.Add("simulation_reports_lost_with_a_store", run.ReportsInDoubt, "count");
        figures.Add("simulation_lies_refused", run.Refused, "count");
        figures.Add("simulation_first_seed", first, "count");
        figures.Add("simulation_seeds", seeds, "count");
        figures.Add("simulation_seconds", time.TotalSeconds, "s");
        figures.Add("simulation_rate", seeds / time.TotalSeconds, "seeds/s");
        figures.Add("simulation_failures", run.Failures.Count, "count");
        if (run.Failures.Count > 0) throw new InvalidOperationException($"{run.Failures.Count} of {seeds} seeds failed:\n{string.Join('\n', run.Failures.Take(50))}");

        void Progress(int seed, string failure)
        {
            if (failure.Length > 0 && Interlocked.Increment(ref failed) <= 10) Console.Error.WriteLine(failure);
            var now = Interlocked.Increment(ref done);
            if (now % Said == 0) Console.Error.WriteLine($"simulation: {now}/{seeds} seeds, {now / Stopwatch.GetElapsedTime(start).TotalSeconds:0} a second");
        }
    }

    private static int Given(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), out var given) ? given : otherwise;
}
