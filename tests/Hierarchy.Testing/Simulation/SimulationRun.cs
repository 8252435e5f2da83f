namespace Hierarchy.Testing.Simulation;

/// <summary>Many seeds, one after the other on each processor, and what they saw together.</summary>
internal sealed class SimulationRun
{
    private readonly Lock _lock = new(); // guards everything below while seeds run
    private readonly List<(int Seed, string What)> _failures = [];

    /// <summary>Kinds of faults that a run of many seeds has all of.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "call cut", "call silent", "clock jumped", "compaction", "computer re-imaged", "decision refused by a superseded root", "disk full", "duplicated call", "lie: count", "lie: digest", "lie: floor too low", "lie: old checkpoint", "lie: other payload",
        "lie: page left out", "lie: page twice", "lie: record deleted", "lie: record left out", "lie: reign", "lie: stale head of a page", "lie: transaction left out", "lie: transaction twice", "lost record listed",
        "old files put in a replica's place", "old files put in the root's place", "outbox began a new life", "power lost after a write", "power lost before a write", "record rotted", "repaired", "replica crashed", "replica promoted", "replica restored", "root crashed", "root cut off",
        "root restored", "root superseded", "rot found", "server stood still", "superseded root promoted", "superseded root started again", "two roots of one number",
    ];

    public FaultCounts Faults { get; } = new();

    public long Served { get; private set; }

    public long Taken { get; private set; }

    public long Acknowledged { get; private set; }

    public long LostWithHistory { get; private set; }

    public long Reported { get; private set; }

    public long ReportsInDoubt { get; private set; }

    public long Refused { get; private set; }

    public long Steps { get; private set; }

    /// <summary>What failed, in order of the seeds.</summary>
    public IReadOnlyList<string> Failures => [.. _failures.OrderBy(failure => failure.Seed).Select(failure => failure.What)];

    /// <summary>Plays the seeds from a number on. <paramref name="progress"/> hears of each, with what it failed with, or nothing.</summary>
    public static SimulationRun Play(int first, int count, TimeSpan faults, Action<int, string>? progress = null, CancellationToken cancellationToken = default)
    {
        var run = new SimulationRun();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, seed =>
        {
            var failure = run.Play(seed, faults);
            progress?.Invoke(seed, failure);
        });
        return run;
    }

    private string Play(int seed, TimeSpan faults)
    {
        var tree = new SimulatedTree(seed);
        var failure = "";
        try
        {
            tree.Run(faults);
        }
#pragma warning disable CA1031 // Whatever a seed fails with is what it is about.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e is SimulationFailedException ? e.Message : e.ToString();
        }

        lock (_lock)
        {
            if (failure.Length > 0) _failures.Add((seed, failure));
            Faults.Add(tree.Faults);
            Served += tree.Oracle.Served;
            Taken += tree.Taken;
            Acknowledged += tree.Oracle.Acknowledged;
            LostWithHistory += tree.Oracle.LostWithHistory;
            Reported += tree.ReportOracle.Acknowledged;
            ReportsInDoubt += tree.ReportOracle.InDoubt;
            Refused += tree.Refused;
            Steps += tree.World.Steps;
        }

        return failure;
    }
}
