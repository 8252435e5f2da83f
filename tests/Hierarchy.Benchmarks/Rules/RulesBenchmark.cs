using System.Diagnostics;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Hierarchy.Testing.Generation;

namespace Hierarchy.Benchmarks.Rules;

/// <summary>
/// The rules engine over 20,000 generated revisions, on one core: all of them from nothing; again with equal facts, read anew from an equal file; after changes. Medians of rounds, and
/// what they allocate.
/// </summary>
internal static class RulesBenchmark
{
    private const int Revisions = 20_000;
    private const int Rounds = 21;
    private const int Seed = 11;

    public static Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var texts = Texts();
        var catalog = texts.AsParallel().AsOrdered().Select(UpdateDocument.Read).ToList();
        var file = RulesComputer.Describe(texts);
        var later = RulesComputer.Describe(texts, generation: 1);
        FactSet[] equal = [FactSetReader.Read(file), FactSetReader.Read(file)];
        var other = FactSetReader.Read(later);

        var engine = new ApplicabilityEngine();
        var results = engine.Evaluate(catalog, equal[0]);
        figures.Add("rules_revisions", catalog.Count, "revisions");
        foreach (var state in Enum.GetValues<UpdateState>())
            if (results.Values.Count(result => result.State == state) is > 0 and var count) figures.Add($"rules_state_{state}", count, "revisions");
        figures.Add("rules_decided_by_rules", results.Values.Count(result => result.Outcome is not null), "revisions");
        figures.Add("rules_facts", engine.FactCount, "facts");
        figures.Add("rules_facts_file", file.Length / 1e6, "MB");

        Measure("full", _ => new ApplicabilityEngine().Evaluate(catalog, equal[0]));
        Measure("nothing_new", round => engine.Evaluate(catalog, equal[round % 2]));
        Expect(engine.LastEvaluated == 0, "nothing was new");
        Measure("changed_facts", round => engine.Evaluate(catalog, round % 2 == 0 ? other : equal[0]));
        figures.Add("rules_changed_facts_evaluated", engine.LastEvaluated, "revisions");
        engine.Evaluate(catalog, equal[0]);
        var fewer = catalog[..^100];
        Measure("changed_catalog", round => engine.Evaluate(round % 2 == 0 ? fewer : catalog, equal[0]));
        figures.Add("rules_changed_catalog_evaluated", engine.LastEvaluated, "revisions");
        Measure("alone", round => engine.EvaluateAlone(catalog[(round * 97) + 50].Id, equal[1]));

        figures.Add("rules_memory_kept", Kept(catalog, equal[0]) / 1e6, "MB");
        return Task.CompletedTask;

        void Measure(string name, Action<int> run)
        {
            var times = new List<double>();
            var allocated = new List<long>();
            for (var round = -2; round < Rounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                GC.Collect();
                var before = GC.GetAllocatedBytesForCurrentThread();
                var started = Stopwatch.GetTimestamp();
                run(round + 2);
                var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                if (round < 0) continue;
                allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
                times.Add(elapsed);
            }

            times.Sort();
            allocated.Sort();
            figures.Add($"rules_{name}", times[Rounds / 2], "ms");
            figures.Add($"rules_{name}_fastest", times[0], "ms");
            figures.Add($"rules_{name}_slowest", times[^1], "ms");
            figures.Add($"rules_{name}_allocated", allocated[Rounds / 2] / 1e6, "MB");
        }
    }

    private static List<string> Texts()
    {
        var named = CategoryDocuments.All().Select(document => document.Xml).ToList();
        var generated = new DocumentGenerator(Seed).Plan(Revisions - named.Count).AsParallel().AsOrdered().SelectMany(group => group().Select(document => document.Xml));
        return [.. named, .. generated];
    }

    private static long Kept(List<UpdateRevision> catalog, FactSet facts)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var engine = new ApplicabilityEngine();
        engine.Evaluate(catalog, facts);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(engine);
        return after - before;
    }

    private static void Expect(bool isTrue, string what)
    {
        if (!isTrue) throw new InvalidOperationException($"The benchmark measures something else: {what} is not so.");
    }
}
